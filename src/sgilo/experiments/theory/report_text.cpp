#include "sgilo/experiments/theory/report_text.h"

namespace sgilo {

const std::vector<TheorySection>& theory_sections() {
  using enum TheorySubject;
  static const std::vector<TheorySection> all{
      {landscape, "landscape", "The population landscape",
       "The mean of the loss over the weights of wide layers depends on two numbers alone, "
       "r = ‖x‖ and the angle θ to x* (here ‖x*‖ = 1): L(x) = r²/2 − r cos ϑ + 1/2, where ϑ = "
       "g(g(…g(θ))), d times the angle map g(θ) = arccos(((π − θ) cos θ + sin θ)/π). It has one "
       "minimum, x*; a maximum at 0, the tip of a cone; and one more stationary point, −ρx*, where "
       "ρ is cos ϑ at θ = π, which is a minimum along the axis and a maximum across it. "
       "Around x* the loss is strongly convex within a radius of order 1/d.",
       1, 2},
      {random_matrices, "random matrices",
       "Random matrices: how networks approach the population landscape",
       "A network comes as close to this landscape as its widths and measurements say: losses and "
       "gradients differ by about √S with S = Σ 1/nᵢ + 1/m. The two conditions that the proof "
       "asks for, on the distribution of weights (WDC) and on distances under A (RRIC), bound "
       "suprema over all points: random probes give lower bounds of their constants, and no run "
       "can show that they hold.",
       3, 3},
      {escape, "saddle", "The saddle: why gradient descent stalls and flips work",
       "Across the axis the saddle has no curvature at all. From an angle u₀ behind x* gradient "
       "descent needs the time πρ/(K u₀) to leave, where K < 1 falls with depth; from the axis "
       "itself it never does, and in a finite network the flat saddle often is a minimum that "
       "keeps it. "
       "L(−x) < L(x) holds exactly where the angle to x* exceeds a right one, so that trying the "
       "other sign at each step leaves at once. Langevin noise leaves too, without knowing where "
       "the saddle is, in a time that depends on C alone.",
       4, 5},
      {hitting, "hitting times", "Hitting times",
       "With β = Cn the Langevin chain reaches a ball around x* in a time t = ηk that depends "
       "neither on the dimension nor on the step size: the steps needed grow like 1/η. It grows "
       "like the third root of C (diffusion must turn the chain away from the axis before the "
       "drift takes over) and with the depth.",
       6, 6},
      {potential, "potential", "The potential",
       "The proof follows a potential V, the smoothed loss and a term that falls with the angle. "
       "The generator of the diffusion, ℒV = ΔV − β⟨∇L̂, ∇V⟩, says how fast V falls on average; "
       "where it is negative everywhere outside of a ball around x*, the chain must come to the "
       "ball. That asks for a large C, and for a dimension that is not small.",
       7, 7},
      {wasserstein, "Wasserstein distance", "Wasserstein distance and the theorem",
       "Theorem A.4: with η = ε² and log(1/ε)/ε² steps, times a constant, the chain's law is "
       "within "
       "ε of μ ∝ exp(−βL) in Wasserstein distance. In the population model this distance lies "
       "between a lower bound from projections and an upper bound from a coupling with an exact "
       "draw. It falls after a plateau (the time to leave the saddle) to the bias of the step, "
       "which is of order η and not √η. A network's chain is compared with the network's own law, "
       "which a Metropolis-adjusted chain draws.",
       8, 9},
      {coupling, "couplings", "Couplings",
       "Two chains that share their noise approach each other where the loss is convex, and so "
       "their laws do: near x* at a rate near 1, from the saddle after a plateau. The distance "
       "between the chain and the diffusion that it discretises stays of order η.",
       10, 10},
      {temperature, "temperature", "Temperature",
       "With β = Cn the stationary law looks the same in every dimension. Small C gives noise, "
       "large C a point estimate, and between them lies a posterior; the passage is smooth at "
       "every depth. The mass outside a ball around x* falls exponentially with n once C exceeds "
       "the inverse square of the ball's radius.",
       11, 12}};
  return all;
}

const std::vector<TheoryCorrection>& theory_corrections() {
  static const std::vector<TheoryCorrection> all{
      {"Theorem 3.1, A.4",
       "the target is exp(−f) with f = β‖AG(z) − y‖², the steps go along ∇f, their noise is "
       "√(2η/β)",
       "H = ½‖AG(z) − y‖² and μ ∝ exp(−βH), as in B.3 and B.13. The literal form diverges unless η "
       "is of order 1/β, and then draws from exp(−β²‖AG(z) − y‖²), which is far too narrow",
       "S5"},
      {"Theorem 3.1, B.4", "β = Cn for every x*, because all is invariant to scale",
       "β = Cn/‖x*‖²: the chain of s x* at β/s² is s times that of x* at β", "W7"},
      {"B.21",
       "if σ√n ≤ R/4, σ² = 2η/β, the chain stays in B(x*, R) at all times with probability "
       "1 − exp(−cn)",
       "The radius √(n/β) where the chain ends does not depend on η, so that small steps meet the "
       "condition and leave the ball. H = ‖x‖²/2, R = 0.2, C = 20, η = 0.02: σ√n = 0.045 is below "
       "R/4 = 0.05, but √(n/β) = 0.22 is above R. β ≥ 32 n/R² suffices, with probability "
       "1 − T exp(−cn) for T steps",
       "D10"},
      {"B.19, A.4", "the error of discretisation is O(√η)",
       "O(η): in the quadratic model the stationary distance is √(n/β) (1/√(1 − η/2) − 1), "
       "about η/(4√C), and 0.456 η/√C under synchronous coupling. The paper's bound is true and "
       "loose",
       "S1, S2"},
      {"B.10", "the potential V has a Hessian of order 1",
       "∂V/∂θ jumps at θ = π/2, where the term in −cos θ begins. With cos² θ instead it does not, "
       "and all inequalities still hold",
       "V4"},
      {"B.9, B.10", "for large n the diffusion lowers V everywhere; ΔL = 0 at the saddle",
       "ΔL = 1 at the saddle, its curvature along the axis, so that there n must exceed "
       "1 + ρ²/(2λ), about 23 at d = 2, and more elsewhere: \"n large\" is a condition that small "
       "networks do not meet",
       "L7, V2"},
      {"Section 3", "Langevin dynamics leaves the places where gradient descent stays",
       "In wide networks. A narrow one can have a trap so deep that Langevin dynamics stays in it "
       "too, for a time that grows like exp(β · barrier); that the constant of the WDC is small "
       "rules this out",
       "R5"},
      {"B.13", "the network's loss may stand for L when δ is a power of ε",
       "The Kullback-Leibler divergence of paths is Σ ηβ‖∇L − ∇L̃‖²/4, which grows with n: δ² must "
       "be small against 1/n. The network's chain is compared with the network's own law",
       "W5, S7, S8"},
      {"B.13, B.18", "the hitting time is at most log(1/ε)/ε steps",
       "log(1/ε)/η steps, times a constant: log(1/ε)/ε² with η = ε²", "D2, S5"},
      {"A, B.4", "weights are scaled by 2 in each layer",
       "by √2, which keeps norms (W3); 2 is the factor of squared norms", "W3"},
      {"B.2", "the angle map g decreases", "it increases", "L2"},
      {"B.4", "the gradient vanishes at 0",
       "0 is the tip of a cone: the loss falls in every direction, and there is no gradient", "L8"},
      {"Theorem 3.1", "constants c, C₁, …, C₄ exist",
       "Their values are not known, so that nothing can be compared with them: what is checked is "
       "how quantities grow, and equalities where the model has them",
       ""}};
  return all;
}

}  // namespace sgilo
