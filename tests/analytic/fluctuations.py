# cumulants of heat and work for gaussian-mean + ou, via Riccati equations of the generating function on a circle in zeta
import numpy as np
from scipy.integrate import solve_ivp
def cumulants(s=1.2,N=4,mstar=0.5,sstar=0.8,mu=1.,T=0.3,lam=0.2,m0=0.1,s0=0.6,gam=2.,t=0.7):
    kap=mu*(1/s**2+lam); al=mu/(kap*s**2); D=mu*T
    mean=np.array([m0-al*mstar,0.]); V=np.diag([s0**2+al**2*sstar**2/N, s**2])
    out={}
    for which in 'qw':
        M=32; r=0.05; vals=[]
        for k in range(M):
            z=r*np.exp(2j*np.pi*k/M)
            d=np.array([1.,-1.])      # direction of theta noise in (u,y)
            Bm=np.array([[-kap,0],[kap,-gam]],complex)   # drift of (u,y)
            Sig=2*D*np.outer(d,d)+2*gam*s**2*np.diag([0,1.]); Sig=Sig.astype(complex)
            Q=np.zeros((2,2),complex); c=0j
            if which=='q':
                Bm[1,1]+=2*z*gam; c=z*gam; Q[1,1]=2*(-z*gam/s**2+z*z*gam/s**2)
            else:
                # -2 z D y/s^2 (d_u-d_y): extra drift ; z(kap u y + D)/s^2 ; z^2 D y^2/s^4
                Bm[:,1]+=-2*z*D/s**2*d
                c=z*D/s**2; Q[0,1]=Q[1,0]=z*kap/s**2; Q[1,1]=2*z*z*D/s**4
            def rhs(_,v):
                S=v[:4].reshape(2,2)
                dS=S@Sig@S+Bm.T@S+S@Bm+Q
                return np.concatenate([dS.ravel(),[c+0.5*np.trace(Sig@S)]])
            sol=solve_ivp(rhs,(0,t),np.zeros(5,complex),rtol=1e-12,atol=1e-15,method='DOP853')
            S=sol.y[:4,-1].reshape(2,2); a=sol.y[4,-1]
            A=np.eye(2)-V@S
            vals.append(a-0.5*np.log(np.linalg.det(A))+0.5*mean@S@np.linalg.inv(A)@mean)
        co=np.fft.fft(np.array(vals))/M
        k1=(co[1]/r).real; k2=(2*co[2]/r**2).real; k3=(6*co[3]/r**3).real
        out[which]=(k1,k2,k3/k2**1.5)
    return out
for k,v in cumulants().items(): print(k,'%.13f %.13f %.13f'%v)
