#include "ledger/catalogue.hpp"

#include <algorithm>
#include <string>

#include "experiment/text.hpp"

namespace calor::ledger {

namespace {

constexpr std::string_view nat = "nat", energy = "nat (k_B = 1)", pure = "1";
constexpr std::string_view absorbed = "positive: the subsystem absorbs energy from its bath";

std::vector<Definition> information() {
  const std::string_view source = "theory.md section 4; Parsi 2024 (Entropy 26(2), 112)";
  std::vector<Definition> out{
      {"m_info", "memorized information: what the parameters know about the training data", "I(Θ;B)",
       "I(Θ_t;B) = S(Θ) − S(Θ|B),  S(Θ|B) = Σ_B p(B) S[ρ_t(·|B)],  S(Θ) = S[Σ_B p(B) ρ_t(·|B)]", R"(I(\Theta;B))", nat,
       ">= 0; at most H(type of B) for discrete data", source},
      {"l_info", "learned information: what one generated sample shows about the training data", "I(X;B)",
       "I(X_t;B) = S(X) − S(X|B)", R"(I(X;B))", nat,
       ">= 0; at most m_info with the equilibrium sampler, a lagging X may remember what Θ has forgotten", source},
      {"r_info", "residual information: memorized but not shown in one generated sample", "I(Θ;B|X)",
       "I(Θ_t;B|X_t) = m_info − l_info + I(X;B|Θ);  I(X;B|Θ) = 0 with the equilibrium sampler (I1, I2)",
       R"(I(\Theta;B|X))", nat, ">= 0", source},
      {"info_x_theta", "information between the model's output and its parameters", "I(X;Θ)",
       "I(X_t;Θ_t) = l_info + info_x_theta_given_b − I(X;B|Θ)", R"(I(X;\Theta))", nat, ">= 0", source},
      {"info_x_theta_given_b", "the same for an observer who knows the training data", "I(X;Θ|B)",
       "I(X_t;Θ_t|B) = S(X|B) − S(X|Θ,B)", R"(I(X;\Theta|B))", nat, ">= 0", source},
      {"lautum_info", "lautum information: relative entropy in the other direction", "L(Θ;B)",
       "D( p(θ)p(B) ‖ p(θ,B) ) = Σ_B p(B) ∫ ρ̄_t(θ) ln[ρ̄_t(θ)/ρ_t(θ|B)] dθ", R"(L(\Theta;B))", nat,
       ">= 0; T (m_info + lautum_info) = generalization_gap in the stationary state of langevin and jump (I16)",
       "theory.md section 7; Palomar & Verdú 2008; Aminian et al. 2021"},
  };
  for (auto& d : out) d.group = "information";
  return out;
}

std::vector<Definition> entropies() {
  const std::string_view sign =
      "any sign for densities (Lebesgue measure in the listed parameters, or in real x), >= 0 for probabilities";
  const std::string_view source = "theory.md section 4";
  std::vector<Definition> out{
      {"entropy_theta", "entropy of the parameters, training data unknown", "S(Θ)",
       "S(Θ_t) = −∫ ρ̄_t ln ρ̄_t dθ,  ρ̄_t(θ) = Σ_B p(B) ρ_t(θ|B)", R"(S(\Theta))", nat, sign, source},
      {"entropy_theta_given_b", "entropy of the parameters, training data known", "S(Θ|B)",
       "S(Θ_t|B) = −Σ_B p(B) ∫ ρ_t(θ|B) ln ρ_t(θ|B) dθ", R"(S(\Theta|B))", nat, sign, source},
      {"entropy_x", "entropy of the output, training data unknown", "S(X)",
       "S(X_t) = −Σ_x p_t(x) ln p_t(x),  p_t(x) = Σ_B p(B) ∫ P_t(x,θ|B) dθ", "S(X)", nat, sign, source},
      {"entropy_x_given_b", "entropy of the output, training data known", "S(X|B)",
       "S(X_t|B) = −Σ_B p(B) Σ_x p_t(x|B) ln p_t(x|B)", "S(X|B)", nat, sign, source},
      {"entropy_x_given_theta", "entropy of the output, parameters and training data known", "S(X|Θ,B)",
       "S(X_t|Θ_t,B) = −Σ_B p(B) Σ_x ∫ P_t(x,θ|B) ln P_t(x|θ,B) dθ", R"(S(X|\Theta,B))", nat, sign, source},
  };
  for (auto& d : out) d.group = "entropy";
  return out;
}

std::vector<Definition> parameters() {
  const std::string_view source = "theory.md section 5; Parsi 2024 (Entropy 26(2), 112)";
  std::vector<Definition> out{
      {"heat_theta", "heat that the parameters absorb from their bath", "Q_Θ",
       "Q_Θ(t) = ∫_0^t dt' Σ_B p(B) ∫ L_B(θ) ∂_t'ρ(θ|B) dθ = Δ⟨L_B⟩ where no work is done; L_B includes weight decay",
       R"(Q_\Theta)", energy, absorbed, source},
      {"work_theta", "work done on the parameters by changing the loss from outside", "W_Θ",
       "W_Θ = Σ over steps of a stream of ⟨L̂_(n+1)(θ_n) − L̂_n(θ_n)⟩; 0 for every fixed data set", R"(W_\Theta)", energy,
       "positive: energy put in; Δ⟨L⟩ = W + Q", source},
      {"ep_theta", "entropy production of the parameters", "Σ_Θ",
       "Σ_Θ(t) = ∫_0^t dt' ∫ J·D⁻¹J/ρ dθ, averaged over B; langevin and jump: ΔS(Θ|B) − ∫đQ_Θ/T (I4)",
       R"(\Sigma_\Theta)", nat, ">= 0", source},
      {"ep_theta_naive", "entropy production of the parameters as seen without knowing the training data",
       "Σ_Θ + I(Θ;B)", "ΔS(Θ) + medium part = ep_theta + m_info (I6)", R"(\Sigma_\Theta^{\mathrm{naive}})", nat,
       ">= m_info >= 0", "theory.md section 5, I6; Goldt & Seifert, PRL 118, 010601 (2017)"},
  };
  for (auto& d : out) d.group = "parameters";
  return out;
}

std::vector<Definition> model() {
  const std::string_view source = "theory.md section 6; Parsi 2024 (Entropy 26(2), 112)";
  std::vector<Definition> out{
      {"heat_x", "heat that the model subsystem absorbs from its bath", "Q_X",
       "Q_X = Σ over moves of X of ⟨φ_θ(x') − φ_θ(x)⟩,  φ_θ(x) = −ln p(x|θ); equilibrium sampler: ΔS(X|Θ,B) − 𝓕 (I13)",
       "Q_X", energy, absorbed, source},
      {"work_x", "work that the moving parameters do on the model subsystem", "W_X",
       "W_X = Σ over moves of Θ of ⟨φ_θ'(x) − φ_θ(x)⟩; equilibrium sampler in continuous time: 𝓕", "W_X", energy,
       "positive: energy put in; Δ⟨φ⟩ = W_X + Q_X (I10)", source},
      {"flow_x", "information flow while X moves", "ΔI_X",
       "increase of I(X;Θ|B) while X moves;  flow_x + flow_theta = Δ info_x_theta_given_b (I10)", R"(\Delta I_X)", nat,
       "any sign; positive: X learns about Θ", source},
      {"flow_theta", "information flow while the parameters move", "ΔI_Θ",
       "increase of I(X;Θ|B) while Θ moves; equilibrium sampler in continuous time: −𝓕 (I13)", R"(\Delta I_\Theta)",
       nat, "any sign; negative: Θ runs away from what X knows", source},
      {"ep_x", "entropy production of X, parameters and training data known", "Σ_X",
       "Σ_X = ΔS(X|Θ,B)|_(X moves) − Q_X (I11); 0 with the equilibrium sampler in continuous time", R"(\Sigma_X)", nat,
       ">= 0", source},
      {"ep_x_given_b", "entropy production of X as seen without knowing the parameters", "Σ_X|B",
       "ΔS(X|B) − Q_X = ep_x + flow_x (I12)", R"(\Sigma_{X|B})", nat, "any sign, because flow_x has any sign", source},
      {"ep_x_naive", "entropy production of X as seen without knowing parameters and training data", "Σ_X naive",
       "ΔS(X) − Q_X = ep_x_given_b + Δ l_info (I12)", R"(\Sigma_X^{\mathrm{naive}})", nat, "any sign", source},
      {"ep_x_path", "entropy production of X as seen by an observer of the whole path of the parameters", "Σ_path",
       "ΔS(X|path of Θ, B) − Q_X; equilibrium sampler in continuous time: 𝓕; sgld: Σ_n ⟨D(p(·|θ_n)‖p(·|θ_(n+1)))⟩ "
       "(I13)",
       R"(\Sigma_{\mathrm{path}})", nat, ">= 0; equilibrium sampler, and gaussian-mean with ou, only",
       "theory.md section 6, I13"},
      {"fisher_dissipation", "price of noisy parameters: Fisher information times diffusion", "𝓕",
       "𝓕(t) = ∫_0^t ⟨tr(D F(θ))⟩ dt',  F(θ) = Σ_x p(x|θ) ∇ln p ∇ln pᵀ; jump: ∫dt Σ_(θ→θ') w ρ(θ) D(p(·|θ)‖p(·|θ'))",
       R"(\mathcal{F})", nat, ">= 0", "theory.md section 6, I13"},
      {"reservoir_gap", "heat given off by the generating process beyond what was memorized", "−Q_X − I(Θ;B)",
       "−heat_x − m_info = ep_x_naive − ΔS(X) − m_info (I14)", R"(-Q_X-I(\Theta;B))", nat,
       "any sign; 0 in the ideal limit of the paper", "theory.md section 6, I14; Parsi 2024 (Entropy 26(2), 112)"},
  };
  for (auto& d : out) d.group = "model";
  return out;
}

std::vector<Definition> learning() {
  const std::string_view source = "theory.md section 7";
  std::vector<Definition> out{
      {"loss_train", "training loss, without weight decay", "L_train",
       "⟨−(1/N) Σ_i ln p(b_i|Θ_t)⟩ over B and Θ_t given B", R"(L_{\mathrm{train}})", nat,
       "any sign for real x, >= 0 for discrete x", source},
      {"loss_test", "loss on fresh data", "L_test", "⟨−Σ_x p*(x) ln p(x|Θ_t)⟩", R"(L_{\mathrm{test}})", nat,
       "any sign for real x, >= H(p*) for discrete x", source},
      {"generalization_gap", "how much worse fresh data fare than the training data", "L_test − L_train",
       "loss_test − loss_train;  = T (m_info + lautum_info) in the stationary state of langevin and jump (I16)",
       R"(L_{\mathrm{test}}-L_{\mathrm{train}})", nat, "any sign; positive: over-fitting",
       "theory.md section 7, I16; Aminian et al. 2021"},
  };
  for (auto& d : out) d.group = "learning";
  return out;
}

std::vector<Definition> requested() {
  const std::string_view steady = "theory.md section 5, I9; Hatano & Sasa, PRL 86, 3463 (2001)";
  const std::string_view moments = "theory.md section 6, I15";
  std::vector<Definition> out{
      {"efficiency", "efficiency of learning", "η", "m_info / ep_theta_naive (I6); absent while ep_theta_naive is 0",
       R"(\eta)", pure, "between 0 and 1", "theory.md section 5, I6; Goldt & Seifert, PRL 118, 010601 (2017)"},
      {"ep_theta_housekeeping", "entropy production that keeps up a stationary current", "Σ_hk",
       "∫_0^t dt' ∫ ρ ν·D⁻¹ν dθ,  ν = J_ss/ρ_ss; sgld: Σ_n ⟨ln[K(θ'|θ)ρ_ss(θ)/(K(θ|θ')ρ_ss(θ'))]⟩",
       R"(\Sigma_{\mathrm{hk}})", nat,
       ">= 0; exactly 0 by theorem where J_ss = 0 (langevin, jump, and sgd-diffusion of one parameter)", steady},
      {"ep_theta_excess", "entropy production of the relaxation to the stationary state", "Σ_ex",
       "−∫_0^t dt' ∫ ∂_t'ρ ln(ρ/ρ_ss) dθ; ep_theta = housekeeping + excess (I9)", R"(\Sigma_{\mathrm{ex}})", nat,
       ">= 0", steady},
      {"ep_theta_medium", "entropy handed to the bath of the parameters", "Σ_m",
       "∫_0^t dt' ∫ J·D⁻¹(f − ∇·D) dθ;  ep_theta = ΔS(Θ|B) + medium; langevin and jump: −∫đQ_Θ/T",
       R"(\Sigma_{\mathrm{m}})", nat, "positive: entropy leaves the parameters",
       "theory.md section 5; Seifert, Rep. Prog. Phys. 75, 126001 (2012)"},
      {"heat_x_variance", "variance of the heat of X along single trajectories", "Var q_X",
       "⟨(q − ⟨q⟩)²⟩, q accumulated from t = 0, over all data sets; equilibrium sampler in continuous time: q = φ_t − "
       "φ_0 − w "
       "with x drawn anew, so it does not vanish as t → 0",
       R"(\mathrm{Var}\,q_X)", "nat²", ">= 0", moments},
      {"heat_x_skewness", "skewness of the heat of X along single trajectories", "Skew q_X",
       "⟨(q − ⟨q⟩)³⟩ / Var(q)^(3/2)", R"(\mathrm{Skew}\,q_X)", pure, "any sign; absent where the variance is 0",
       moments},
      {"work_x_variance", "variance of the work on X along single trajectories", "Var w_X",
       "⟨(w − ⟨w⟩)²⟩, w accumulated from t = 0, over all data sets; equilibrium sampler in continuous time: ⟨e^(ζw)⟩ = "
       "⟨e^((ζ+ζ²)A)⟩, A = ∫D F dt along the path of Θ (langevin)",
       R"(\mathrm{Var}\,w_X)", "nat²", ">= 0", moments},
      {"work_x_skewness", "skewness of the work on X along single trajectories", "Skew w_X",
       "⟨(w − ⟨w⟩)³⟩ / Var(w)^(3/2)", R"(\mathrm{Skew}\,w_X)", pure, "any sign; absent where the variance is 0",
       moments},
      {"ift_x", "integral fluctuation theorem of X", "⟨e^(−σ_X)⟩",
       "σ_X = Σ over moves of X of ln[P(x|θ',B) K(x'|x) / (P(x'|θ',B) K(x|x'))];  ⟨σ_X⟩ = ep_x; equilibrium sampler in "
       "continuous time: σ_X = 0",
       R"(\langle e^{-\sigma_X}\rangle)", pure, "1 exactly",
       "theory.md section 6, I15; Seifert, PRL 95, 040602 (2005)"},
      {"ift_theta", "integral fluctuation theorem of the parameters", "⟨e^(−σ_Θ)⟩",
       "σ_Θ: entropy production along one trajectory of Θ;  ⟨σ_Θ⟩ = ep_theta", R"(\langle e^{-\sigma_\Theta}\rangle)",
       pure, "1 exactly if ρ_0 > 0 everywhere", "theory.md section 6, I15; Seifert, PRL 95, 040602 (2005)"},
  };
  for (auto& d : out) {
    d.group = "more";
    d.on_request = true;
  }
  return out;
}

}  // namespace

const std::vector<Definition>& catalogue() {
  static const std::vector<Definition> all = [] {
    std::vector<Definition> out;
    for (const auto& part : {information(), entropies(), parameters(), model(), learning(), requested()}) {
      out.insert(out.end(), part.begin(), part.end());
    }
    return out;
  }();
  return all;
}

const Definition* find(std::string_view name) {
  const auto& all = catalogue();
  const auto at = std::find_if(all.begin(), all.end(), [&](const Definition& d) { return d.name == name; });
  return at == all.end() ? nullptr : &*at;
}

std::string_view nearest(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& d : catalogue()) names.emplace_back(d.name);
  const auto* definition = find(experiment::nearest(name, names));
  return definition == nullptr ? "" : definition->name;
}

}  // namespace calor::ledger
