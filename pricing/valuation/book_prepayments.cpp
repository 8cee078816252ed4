#include "pricing/valuation/book_stages.hpp"
#include "pricing/valuation/driver_rows.hpp"
#include "pricing/valuation/market_rows.hpp"
#include "pricing/valuation/resale_rows.hpp"

// What the market asks for the rest of a loan, on the path (docs/model.md, "Prepayment").
namespace lien::pricing {

using engine::kBlockPaths;
using engine::PathBlock;

namespace {

constexpr double kNoLender = 1e6;  // a rate that no loan costs more than

}  // namespace

void BookStages::fill_market_rates(PathBlock& block, const VehiclePlan& vehicle) noexcept {
  const std::size_t rows = layout_->steps + 1;
  for (std::size_t t = 0; t < vehicle.tranches.size(); ++t) {
    const PrepaymentPlan& plan = vehicle.tranches[t].prepayment;
    for (std::size_t k = 0; k < plan.may.size(); ++k) {
      if (plan.may[k] == 0) continue;
      const int month = static_cast<int>(k);
      double* const rate = market_rates_.get() + (t * rows + k) * kBlockPaths;
      const PartyPlan& party = plan_->parties[plan.party];
      // The hazard of the month that begins: what the factors say of it at its start.
      if (party.credit_loading != 0 || party.noise != kNone)
        exponential_row(plan.credit[k], -1.0, fill_mover(block, party, month), rate, kBlockPaths);
      else
        exponential_row(plan.credit[k], -party.scarcity_loading,
                        block.row(engine::kScarcity, month), rate, kBlockPaths);
      const bool fixed = !plan.zero.empty();
      affine_row(plan.liquidity + (fixed ? plan.zero[k] : 0.0), 1.0, rate, rate, kBlockPaths);
      if (fixed && plan_->rates.random)
        add_scaled_row(plan.loading[k], block.row(engine::kShortRate, month), rate, kBlockPaths);
      // Nobody lends anew on the credit of who has defaulted; the borrower's own default ends the
      // vehicle, by weight.
      if (plan.party == vehicle.party) continue;
      const double* const dies = default_months_.get() + plan.party * kBlockPaths;
      for (std::size_t p = 0; p < kBlockPaths; ++p)
        if (dies[p] <= month) rate[p] = kNoLender;
    }
  }
}

}  // namespace lien::pricing
