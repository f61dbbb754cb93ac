# independent prototype: joint dense generator with counting moments, coin_lagging
import numpy as np, scipy.linalg as sl
from math import comb
def run(N=4,p=0.7,mu=1.,T=0.25,lam=0.1,m0=0.,s0=0.5,gam=1.,kind='glauber',times=(1.,),n=90,lo=-7,hi=7,pair=False):
    h=(hi-lo)/(n-1); th=lo+h*np.arange(n)
    k=np.arange(n)
    D=mu*T
    i,j=np.meshgrid(k,k,indexing='ij'); d=i-j
    with np.errstate(divide='ignore',invalid='ignore'):
        d1=np.where(d==0,0,(-1.)**d/np.where(d==0,1,d))/h
        d2=np.where(d==0,-np.pi**2/3,-2*(-1.)**d/np.where(d==0,1,d)**2)/h**2
    p1=1/(1+np.exp(-th)); p0=1/(1+np.exp(th))
    phi=np.array([-np.log(p0),-np.log(p1)])
    dphi=np.array([p1, -(p0)])  # d phi0 = p1, d phi1=-(1-p1)
    if kind=='glauber': k01,k10=p1,p0
    elif kind=='heat-bath': k01,k10=p1,p0
    rho0=np.exp(-(th-m0)**2/2/s0**2)/np.sqrt(2*np.pi)/s0
    out=[]
    tot={}
    from scipy.stats import binom
    res=[]
    for c in range(N+1):
        f=c/N
        Lp=-(f)*(p0)+ (1-f)*p1 + lam*th  # d/dth[-f ln p1-(1-f)ln p0]
        L=-f*np.log(p1)-(1-f)*np.log(p0)+lam*th**2/2
        G=mu*(d1@np.diag(Lp))+D*d2
        # joint block ordering x=0,1 ; moment orders 0..3
        def build(which):
            A=np.zeros((8*n,8*n))
            def blk(a,x,b,y,M): A[(a*2+x)*n:(a*2+x+1)*n,(b*2+y)*n:(b*2+y+1)*n]+=M
            for a in range(4):
                for x in range(2): blk(a,x,a,x,G)
                blk(a,0,a,0,-gam*np.diag(k01)); blk(a,1,a,1,-gam*np.diag(k10))
                blk(a,1,a,0,gam*np.diag(k01)); blk(a,0,a,1,gam*np.diag(k10))
                if which=='q':
                    dq=phi[1]-phi[0]
                    for b in range(a):
                        blk(a,1,b,0,gam*comb(a,b)*np.diag(k01*dq**(a-b)))
                        blk(a,0,b,1,gam*comb(a,b)*np.diag(k10*(-dq)**(a-b)))
                else: # e^{z phi} L e^{-z phi}: nested commutators [phi,L], computed by matrices
                    for x in range(2):
                        Ph=np.diag(phi[x]); C=G; 
                        for b in range(a-1,-1,-1):
                            C=Ph@C-C@Ph
                            if a-b<=2: blk(a,x,b,x,comb(a,b)*C)
            return A
        w=binom.pmf(c,N,p)
        start=np.zeros(8*n); start[:n]=rho0*p0; start[n:2*n]=rho0*p1
        for which in 'qw':
            A=build(which)
            for t in times:
                v=sl.expm(A*t)@start
                v=v.reshape(4,2,n)
                m=[h*v[a].sum() for a in range(4)]
                tot.setdefault((which,t),np.zeros(4)); tot[(which,t)]+=w*np.array(m)
    for (which,t),m in tot.items():
        mean=m[1]/1; var=m[2]-mean**2; sk=(m[3]-3*mean*m[2]+2*mean**3)/var**1.5
        print(which,t,'mean %.14f var %.14f skew %.14f  mass %.3e'%(mean,var,sk,m[0]-1))

if __name__=='__main__':
    run(N=3,p=0.6,T=0.3,lam=0.2,s0=0.6,gam=2.0,kind="heat-bath",times=(0.5,),n=72,lo=-5.5,hi=5.5)
