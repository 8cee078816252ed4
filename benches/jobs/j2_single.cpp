#include "benches/jobs/j2_single.hpp"

#include "pricing/plan/contract_columns.hpp"
#include "pricing/valuation/row_sums.hpp"
#include "pricing/valuation/single_rows.hpp"

namespace lien::benches {

using engine::kBlockPaths;

J2SingleWork::J2SingleWork(const J2Inputs& inputs, bool prices)
    : inputs_(inputs),
      doubles_(inputs, prices),
      never_(kBlockPaths, static_cast<float>(pricing::kNever)),
      no_step_in_(kBlockPaths, static_cast<float>(0.0 - inputs.contract.deduction)),
      samples_(pricing::sample_count(1) * kBlockPaths),
      month_sums_((kJ2Months + kJ2Lag + 1) * pricing::kMonthRows * pricing::kRealLanes<float>),
      prices_(prices) {
  for (const pricing::MonthTerms& month : inputs.terms)
    terms_.push_back(pricing::single_terms(month));
  for (std::size_t b = 0; b < inputs.blocks.size(); ++b) {
    const engine::AlignedDoubles& rows = inputs.blocks[b];
    blocks_.emplace_back(rows.size());
    pricing::demote_row(rows.get(), blocks_.back().data(), rows.size());
    const pricing::ContractArguments like = doubles_.arguments(b);
    const auto from_one = [&](const double* row) {
      pricing::demote_less_one(row, blocks_.back().data() + (row - rows.get()),
                               kJ2RowMonths * kBlockPaths);
    };
    from_one(like.discount_ratio);
    from_one(like.gross);
    defaulted_.emplace_back(kJ2RowMonths * kBlockPaths);
    pricing::demote_falls(like.survival, kJ2RowMonths - 1, defaulted_.back().data());
  }
}

pricing::SingleArguments J2SingleWork::arguments(std::size_t b) {
  const pricing::ContractArguments like = doubles_.arguments(b);
  const auto row = [&](const double* at) {
    return blocks_[b].data() + (at - inputs_.blocks[b].get());
  };
  pricing::SingleArguments a{};
  a.contract = like.contract;
  a.terms = terms_.data();
  a.survival = row(like.survival);
  a.defaulted = defaulted_[b].data();
  a.discount = row(like.discount);
  a.discount_ratio = row(like.discount_ratio);
  a.value = a.mark = row(like.value);
  a.spot = row(like.spot);
  a.gross = row(like.gross);
  a.step_in = no_step_in_.data();
  a.default_month = a.customer_month = a.guarantor_month = never_.data();
  a.snapshots = &snapshot_;
  a.snapshot_count = 1;
  a.samples = samples_.data();
  a.month_sums = month_sums_.data();
  a.prices = prices_;
  a.bits.value = value_bits_.data();
  a.bits.failed = failed_bits_.data();
  return a;
}

void J2SingleWork::value(std::size_t b, J2Totals& total) {
  pricing::value_contract(arguments(b));
  const auto sum = [&](std::size_t sample) {
    pricing::promote_row(samples_.data() + sample * kBlockPaths, sample_.get(), kBlockPaths);
    return pricing::row_sums(sample_.get(), 0.0, kBlockPaths).sum;
  };
  total.present_value += sum(pricing::kPresentValue);
  total.loss += sum(std::size_t{pricing::kFixedSamples} + pricing::kLoss);
  total.default_probability += sum(std::size_t{pricing::kFixedSamples} + pricing::kDefault);
}

}  // namespace lien::benches
