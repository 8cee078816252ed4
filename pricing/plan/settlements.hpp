#pragma once

#include "pricing/plan/compile.hpp"

namespace lien::pricing {

// A dated amount at its step: P(0,t(d))/P(0,t_k) times the liquidity spread's factor.
[[nodiscard]] double payment_timing(const CompileInput& input, const TimeGrid& grid,
                                    const Plan& plan, Date date);

// Settlements of a hedge that is sized by a tranche of its vehicle: the tranche's own periods and
// rate, on `ratio` of its scheduled principal. Faults as below.
[[nodiscard]] bool set_tranche_settlements(const CompileInput& input, const TimeGrid& grid,
                                           const Instrument& terms, Plan& plan, InstrumentPlan& out,
                                           std::vector<Diagnostic>& faults);

// Settlements of an instrument that pays more than once, is margined, averaged or owed by a party,
// or the columns of a bond; out has its month, strike, quantity, timing and, but for a bond and
// floating_rate, its underlying. Nothing to do for another. Adds a fault and returns false where
// the grid cannot carry its dates.
[[nodiscard]] bool set_settlements(const CompileInput& input, const TimeGrid& grid,
                                   const Instrument& terms, Plan& plan, InstrumentPlan& out,
                                   std::vector<Diagnostic>& faults);

}  // namespace lien::pricing
