#pragma once

#include <vector>

#include "pricing/plan/compile.hpp"
#include "pricing/plan/time_grid.hpp"

namespace lien::pricing {

// Principal of every remaining payment but the last of a sculpted tranche of a vehicle, as
// schedule_loan takes it. Over the months since the payment before,
//   debt service = (contracted revenue - operating cost - fees) / target
// of all tranches together at today's forward rates and costs, in a scenario the baseline's: what
// other tranches are due and the sculpted ones' interest and fees leave is repaid, by the sculpted
// ones in proportion to what they owe. Contracted revenue is what living customers pay; free hours
// bring nothing here, and cost. Of a period that runs on the valuation date the months and the
// share of its service after it count. loan: index into book.loans. Errors: std::domain_error where
// the cash of a period does not cover the interest at the target.
[[nodiscard]] std::vector<double> sculpted_principal(const CompileInput& input, std::size_t loan,
                                                     const TimeGrid& grid);

}  // namespace lien::pricing
