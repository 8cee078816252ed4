#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pricing/book/fields.hpp"
#include "pricing/contract/contract.hpp"

// The field tables of [[vehicle]] and its parts.
namespace lien::pricing {

[[nodiscard]] std::span<const Field<Vehicle>> vehicle_fields();
[[nodiscard]] std::span<const Field<VehicleLot>> lot_fields();
[[nodiscard]] std::span<const Field<Offtake>> offtake_fields();
[[nodiscard]] std::span<const Field<VehicleLease>> vehicle_lease_fields();
[[nodiscard]] std::span<const Field<VehicleFee>> fee_fields();
[[nodiscard]] std::span<const Field<ReserveAccount>> reserve_fields();
[[nodiscard]] std::span<const Field<Covenant>> covenant_fields();
[[nodiscard]] std::span<const Field<Guarantee>> guarantee_fields();
// What a tranche has beside the terms of a loan.
[[nodiscard]] std::span<const Field<Tranche>> tranche_fields();
// What the debt of a tranche has that a tape's loan has not, or has otherwise.
[[nodiscard]] std::span<const Field<Loan>> tranche_debt_fields();
[[nodiscard]] std::span<const Field<TrancheDraw>> draw_fields();
[[nodiscard]] std::span<const Field<GridMargin>> grid_fields();
// Those, and the fields of a loan that are its debt's, without its collateral, customer and
// accounts.
[[nodiscard]] std::vector<Field<Loan>> debt_fields();
// A tranche's table in two: the keys of tranche_fields, and the rest, both with its id.
[[nodiscard]] std::pair<TomlValue, TomlValue> split_tranche(const TomlValue& table);
}  // namespace lien::pricing
