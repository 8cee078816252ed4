#pragma once

#include "pricing/market/market.hpp"

namespace lien::pricing {

// An intensity d h = mean_reversion (mean - h) dt + volatility sqrt(h) dW, in per year and
// root-year.
struct CirHazard {
  double initial = 0, mean = 0, mean_reversion = 0, volatility = 0;  // all >= 0
};

// -ln S(t), S(t) = E[exp(-int_0^t h ds)] in closed form; t in years, >= 0. Limits at volatility and
// mean_reversion 0 included; the Feller condition is not asked for.
// Source: Cox, Ingersoll, Ross, "A theory of the term structure of interest rates", Econometrica
// 53, 1985.
[[nodiscard]] double cir_integrated_hazard(const CirHazard& law, double t);

// Its forward hazards month by month to `months`, the last one held: a curve as any other (O05).
[[nodiscard]] Curve cir_hazard_curve(const CirHazard& law, int months);

}  // namespace lien::pricing
