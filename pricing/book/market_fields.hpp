#pragma once

#include <span>

#include "pricing/book/fields.hpp"
#include "pricing/market/market.hpp"

// The fields of the market file by block. Curves, lists and tables inside a block stand here as
// `apart`; read_market.cpp reads them.
namespace lien::pricing {

inline constexpr Range kZeroRates{-0.1, 1, true, true};
inline constexpr Range kGammaShapes = between(0.5, 50);

[[nodiscard]] std::span<const Field<Market>> market_fields();
[[nodiscard]] std::span<const Field<Rates>> rates_fields();
[[nodiscard]] std::span<const Field<HullWhite>> hull_white_fields();
[[nodiscard]] std::span<const Field<Scarcity>> scarcity_fields();
[[nodiscard]] std::span<const Field<Regime>> regime_fields();
[[nodiscard]] std::span<const Field<Frontier>> frontier_fields();
[[nodiscard]] std::span<const Field<Credit>> credit_fields();
[[nodiscard]] std::span<const Field<Correlation>> correlation_fields();
[[nodiscard]] std::span<const Field<LaunchLine>> launch_fields();
[[nodiscard]] std::span<const Field<LaunchLine>> drop_fields();
[[nodiscard]] std::span<const Field<LaunchLine>> ramp_fields();
[[nodiscard]] std::span<const Field<PastLaunch>> past_launch_fields();
[[nodiscard]] std::span<const Field<ScheduledLaunch>> scheduled_launch_fields();
[[nodiscard]] std::span<const Field<Hardware>> hardware_fields();
[[nodiscard]] std::span<const Field<Utilization>> utilization_fields();
[[nodiscard]] std::span<const Field<OwnNoise>> own_noise_fields();
[[nodiscard]] std::span<const Field<Segment>> segment_fields();
[[nodiscard]] std::span<const Field<Power>> power_fields();
[[nodiscard]] std::span<const Field<Resale>> resale_fields();
[[nodiscard]] std::span<const Field<Liquidation>> liquidation_fields();
[[nodiscard]] std::span<const Field<Party>> party_fields();
[[nodiscard]] std::span<const Field<ContagionLink>> contagion_fields();
[[nodiscard]] std::span<const Field<Clearing>> clearing_fields();
[[nodiscard]] std::span<const Field<Refinancing>> refinancing_fields();
[[nodiscard]] std::span<const Field<Claim>> claim_fields();

}  // namespace lien::pricing
