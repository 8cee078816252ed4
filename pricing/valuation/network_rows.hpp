#pragma once

#include <cstddef>

#include "pricing/plan/plan.hpp"

// Contagion on a block: rows of [paths] doubles. Plain loops: they run for the few parties of a
// network, and a kick starts at most once a path.
namespace lien::pricing {

// rest[p] = what is left of the month at the default, years, where the accumulated hazard passes
// the clock in it; else 0.
void rest_of_month_row(double dt_years, const double* clock, const double* before,
                       const double* accumulated, double* rest, std::size_t paths) noexcept;
// One month of a running kick: accumulated += what it adds to the integrated hazard of the month,
// and of the month before after the default.
//   level: its hazard at the end of the month before; at the end of this one on return
//   carry: integral over the rest of the month of default; 0 on return
void run_kick_row(const KickPlan& kick, double* level, double* carry, double* accumulated,
                  std::size_t paths) noexcept;
// Starts the kick on the paths whose default falls in this month, `rest` years before its end.
void start_kick_row(const KickPlan& kick, double month, const double* default_month,
                    const double* rest, double* level, double* carry, std::size_t paths) noexcept;

}  // namespace lien::pricing
