#include "pricing/market/contract_inputs.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "pricing/market/scenario.hpp"

namespace lien::pricing {
namespace {

Date day(int y, int m, int d) { return std::chrono::sys_days(std::chrono::year(y) / m / d); }
const Date kToday = day(2026, 9, 30);

Vehicle vehicle(const std::string& id) {
  Vehicle v;
  v.id = id;
  v.liquidation_haircut = 0.1;
  for (const char* name : {"one", "two"}) {
    VehicleLot lot;
    lot.id = name;
    lot.units = 10;
    lot.in_service = day(2026, 12, 31);
    v.lots.push_back(lot);
  }
  Offtake offtake;
  offtake.id = "msa";
  offtake.rental_rate = 2.5;
  v.offtakes = {offtake};
  Guarantee residual, payment;
  residual.id = "residual";
  residual.kind = GuaranteeKind::residual_value;
  residual.floors = {{1, 2}, {100, 50}};
  payment.id = "payment";
  payment.expiry = day(2028, 6, 30);
  v.guarantees = {residual, payment};
  Instrument swap, rent;
  swap.id = "swap";
  swap.tranche = "senior";
  swap.ratio = 0.95;
  swap.strike = 0.036;
  swap.expiry = day(2028, 9, 30);
  rent.id = "rent";
  rent.quantity = 1000;
  rent.strike = 2;
  rent.expiry = day(2027, 9, 30);
  v.hedges = {swap, rent};
  return v;
}

Book book() {
  Book b;
  Loan free, let, tranche;
  free.id = "L.1";
  free.reserve_initial = 5;
  let.id = "L-2";
  let.customer = "lab";
  let.contract_rate = 2;
  let.liquidation_haircut = 0.2;
  tranche.id = "v.a/senior";
  tranche.vehicle = 0;
  b.loans = {free, let, tranche};
  Lease backed, own;
  backed.id = "R-1";
  backed.end = day(2028, 9, 30);
  backed.guaranteed_residual = 90;
  backed.residual_guarantor = "vendor";
  own.id = "R-2";
  own.end = backed.end;
  own.guaranteed_residual = 40;
  b.leases = {backed, own};
  b.vehicles = {vehicle("v.a"), vehicle("v-b")};
  return b;
}

ScenarioRow row(const std::string& input, Shock shock, std::optional<double> value,
                std::optional<int> month = std::nullopt) {
  ScenarioRow r;
  r.scenario = "s";
  r.input = input;
  r.shock = shock;
  r.value = value;
  r.month = month;
  r.where = {"s.csv", 2, {}, {}};
  return r;
}

Book after(const ScenarioRow& r) { return apply_scenario({}, book(), std::vector{r}, kToday).book; }

std::string fault(const ScenarioRow& r) {
  try {
    (void)after(r);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ContractInputs, NameOneContractOrAll) {
  EXPECT_EQ(after(row("loan.L.1.reserve_initial", Shock::level, 7)).loans[0].reserve_initial, 7);
  const Book all = after(row("loan.*.reserve_initial", Shock::absolute, 1));
  EXPECT_EQ(all.loans[0].reserve_initial, 6);
  EXPECT_EQ(all.loans[1].reserve_initial, 1);
  EXPECT_EQ(all.loans[2].reserve_initial, 0) << "a tranche has no account of its own";
  const Book rates = after(row("loan.*.contract_rate", Shock::relative, -0.25));
  EXPECT_EQ(rates.loans[0].contract_rate, 0) << "it has no customer";
  EXPECT_EQ(rates.loans[1].contract_rate, 1.5);
  EXPECT_EQ(after(row("lease.*.guaranteed_residual", Shock::relative, -0.5))
                .leases[1]
                .guaranteed_residual,
            20);
}

TEST(ContractInputs, ReachThePartsOfVehicles) {
  const auto rate = [](const Book& b, std::size_t v) {
    return b.vehicles[v].offtakes[0].rental_rate;
  };
  const Book one = after(row("vehicle.v.a.offtake.msa.rental_rate", Shock::level, 3));
  EXPECT_EQ(rate(one, 0), 3);
  EXPECT_EQ(rate(one, 1), 2.5);
  for (const char* path :
       {"vehicle.*.offtake.msa.rental_rate", "vehicle.*.offtake.*.rental_rate"}) {
    const Book both = after(row(path, Shock::level, 3));
    EXPECT_EQ(rate(both, 0), 3) << path;
    EXPECT_EQ(rate(both, 1), 3) << path;
  }
  const Book part = after(row("vehicle.v-b.offtake.*.rental_rate", Shock::level, 3));
  EXPECT_EQ(rate(part, 0), 2.5);
  EXPECT_EQ(rate(part, 1), 3);
  EXPECT_EQ(after(row("vehicle.*.liquidation_haircut", Shock::level, 0.3))
                .vehicles[1]
                .liquidation_haircut,
            0.3);
  const Book floors = after(row("vehicle.v.a.guarantee.residual.floors", Shock::relative, -0.5));
  EXPECT_EQ(floors.vehicles[0].guarantees[0].floors.values, (std::vector<double>{50, 25}));
  // Delivery slips by whole months.
  const Book late = after(row("vehicle.v.a.lot.two.in_service", Shock::absolute, 6));
  EXPECT_EQ(late.vehicles[0].lots[0].in_service, day(2026, 12, 31));
  EXPECT_EQ(late.vehicles[0].lots[1].in_service, day(2027, 6, 30));
}

// A delivered lot stays: a scenario of late deliveries moves those to come.
TEST(ContractInputs, LeaveDeliveredLotsAlone) {
  Book with = book();
  with.vehicles[0].lots[0].in_service = kToday;
  const std::vector rows = {row("vehicle.*.lot.*.in_service", Shock::absolute, 12)};
  const Book late = apply_scenario({}, with, rows, kToday).book;
  EXPECT_EQ(late.vehicles[0].lots[0].in_service, kToday);
  EXPECT_EQ(late.vehicles[0].lots[1].in_service, day(2027, 12, 31));
  with.vehicles[0].lots[1].in_service.reset();
  const std::vector named = {row("vehicle.v.a.lot.two.in_service", Shock::absolute, 12)};
  EXPECT_THROW((void)apply_scenario({}, with, named, kToday), InputError);
}

// What the reader refuses of a file is refused of a scenario.
TEST(ContractInputs, RefuseVehiclesThatNoFileCouldHold) {
  Book with = book();
  Offtake second = with.vehicles[0].offtakes[0];
  with.vehicles[0].offtakes[0].share = 0.6;
  with.vehicles[0].offtakes[0].end = day(2030, 1, 1);
  second.id = "other";
  second.share = 0.4;
  second.end = day(2030, 1, 1);
  with.vehicles[0].offtakes.push_back(second);
  Tranche debt;
  debt.loan = 2;
  with.loans[2].maturity = day(2029, 9, 30);
  with.vehicles[0].tranches = {debt};
  const auto told = [&](const ScenarioRow& r) -> std::string {
    try {
      (void)apply_scenario({}, with, std::vector{r}, kToday);
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_NE(told(row("vehicle.v.a.offtake.msa.share", Shock::level, 0.7))
                .find("lets more than the whole of lot one"),
            std::string::npos);
  EXPECT_EQ(told(row("vehicle.v.a.offtake.msa.share", Shock::level, 0.5)), "accepted");
  EXPECT_NE(told(row("vehicle.v.a.lot.two.in_service", Shock::absolute, 33))
                .find("after the last maturity"),
            std::string::npos);
  EXPECT_EQ(told(row("vehicle.v.a.lot.two.in_service", Shock::absolute, 32)), "accepted");
  // A sweep that the waterfall of the file may not have.
  EXPECT_NE(told(row("vehicle.*.tranche.*.cash_sweep", Shock::level, 0.5)).find("is no input"),
            std::string::npos);
}

TEST(ContractInputs, AreNoneWhereTheTermIsNotGivenOrMadeTheBalance) {
  EXPECT_EQ(fault(row("loan.L-2.contract_rat", Shock::level, 2)),
            "s.csv:2: scenario s / input: is loan.L-2.contract_rat; is no input of the book's "
            "contracts\n    did you mean loan.L-2.contract_rate?\n1 fault");
  for (const char* path :
       {"loan.L.1.liquidation_haircut", "loan.L.1.contract_rate", "loan.L-2.principal",
        "loan.L-2.coupon", "loan.v.a/senior.held", "loan.nobody.reserve_initial", "lease.R-1.rent",
        "vehicle.v.a.offtake.none.rental_rate", "vehicle.v.a.recourse"})
    EXPECT_NE(fault(row(path, Shock::level, 0.5)).find("is no input of the book"),
              std::string::npos)
        << path;
  EXPECT_NE(fault(row("loan.L-2.liquidation_haircut", Shock::level, 1.5)).find("out of its range"),
            std::string::npos);
  EXPECT_NE(
      fault(row("loan.L-2.contract_rate", Shock::level, 1, 6)).find("does not go with a term"),
      std::string::npos);
  EXPECT_NE(fault(row("vehicle.v.a.lot.two.in_service", Shock::absolute, -3)).find("to or before"),
            std::string::npos);
}

TEST(ContractInputs, ReachHedges) {
  const auto hedge = [](const ScenarioRow& r, std::size_t h) {
    return after(r).vehicles[1].hedges[h];
  };
  EXPECT_EQ(hedge(row("vehicle.*.hedge.*.strike", Shock::relative, 0.5), 0).strike, 0.036 * 1.5);
  EXPECT_EQ(hedge(row("vehicle.v-b.hedge.*.strike", Shock::relative, 0.5), 1).strike, 3);
  EXPECT_EQ(hedge(row("vehicle.*.hedge.swap.ratio", Shock::level, 0.5), 0).ratio, 0.5);
  EXPECT_EQ(hedge(row("vehicle.*.hedge.*.quantity", Shock::level, 500), 1).quantity, 500);
  for (const char* path : {"vehicle.v-b.hedge.swap.quantity", "vehicle.v-b.hedge.rent.ratio"})
    EXPECT_NE(fault(row(path, Shock::level, 0.5)).find("is no input of the book"),
              std::string::npos)
        << path;
  EXPECT_NE(fault(row("vehicle.*.hedge.*.ratio", Shock::level, 1.2)).find("out of its range"),
            std::string::npos);
}

TEST(ContractInputs, LetHedgesFallAway) {
  const Book none = after(row("vehicle.v-b.hedge.*", Shock::cancel, {}));
  EXPECT_EQ(none.vehicles[0].hedges.size(), 2U);
  EXPECT_TRUE(none.vehicles[1].hedges.empty());
  // From month 13 on the first has lost its second year, the second has ended.
  const Book later = after(row("vehicle.*.hedge.*", Shock::cancel, {}, 13));
  EXPECT_EQ(later.vehicles[0].hedges[0].last, day(2027, 9, 30));
  EXPECT_EQ(later.vehicles[0].hedges[0].expiry, day(2028, 9, 30)) << "its periods stay";
  EXPECT_FALSE(later.vehicles[0].hedges[1].last);
  EXPECT_NE(fault(row("vehicle.*.hedge.rent", Shock::cancel, {}, 13)).find("nothing to lose"),
            std::string::npos);
  EXPECT_NE(fault(row("vehicle.*.hedge.rnt", Shock::cancel, {}))
                .find("guarantee, hedge, offtake or commitment"),
            std::string::npos);
}

TEST(ContractInputs, LetGuaranteesFallAway) {
  const Book none = after(row("vehicle.*.guarantee.*", Shock::cancel, {}));
  EXPECT_TRUE(none.vehicles[0].guarantees.empty());
  EXPECT_TRUE(none.vehicles[1].guarantees.empty());
  const Book one = after(row("vehicle.v.a.guarantee.residual", Shock::cancel, {}));
  ASSERT_EQ(one.vehicles[0].guarantees.size(), 1U);
  EXPECT_EQ(one.vehicles[0].guarantees[0].id, "payment");
  EXPECT_EQ(one.vehicles[1].guarantees.size(), 2U);
  // From month 4 on: month 3 ends with its month, as the valuation date does.
  const Book soon = after(row("vehicle.*.guarantee.*", Shock::cancel, {}, 4));
  EXPECT_EQ(soon.vehicles[0].guarantees[0].expiry, day(2026, 12, 31));
  // From month 13 on: the last payment is that of month 12, or of an earlier expiry.
  const Book later = after(row("vehicle.*.guarantee.*", Shock::cancel, {}, 13));
  EXPECT_EQ(later.vehicles[0].guarantees[0].expiry, day(2027, 9, 30));
  EXPECT_EQ(later.vehicles[0].guarantees[1].expiry, day(2027, 9, 30));
  EXPECT_EQ(
      after(row("vehicle.*.guarantee.*", Shock::cancel, {}, 60)).vehicles[0].guarantees[1].expiry,
      day(2028, 6, 30));

  // A third party's guarantee of a residual; the lessee's own promise is its credit.
  const Book leases = after(row("lease.*.residual_guarantor", Shock::cancel, {}));
  EXPECT_TRUE(leases.leases[0].guarantee_withdrawn);
  EXPECT_FALSE(leases.leases[1].guarantee_withdrawn);
  EXPECT_EQ(leases.leases[0].guaranteed_residual, 90) << "what the lessee owes stays as agreed";
  EXPECT_FALSE(
      after(row("vehicle.v.a.guarantee.payment", Shock::cancel, {})).leases[0].guarantee_withdrawn);
  EXPECT_TRUE(after(row("lease.R-1.residual_guarantor", Shock::cancel, {}, 24))
                  .leases[0]
                  .guarantee_withdrawn);
  EXPECT_NE(
      fault(row("lease.R-1.residual_guarantor", Shock::cancel, {}, 25)).find("nothing to lose"),
      std::string::npos);
  EXPECT_NE(
      fault(row("vehicle.v.a.guarantee.payment", Shock::cancel, {}, 60)).find("nothing to lose"),
      std::string::npos);
  EXPECT_NE(fault(row("vehicle.*.guarante.*", Shock::cancel, {})).find("is no guarantee"),
            std::string::npos);
  EXPECT_NE(fault(row("lease.R-2.residual_guarantor", Shock::cancel, {})).find("is no guarantee"),
            std::string::npos);
  EXPECT_NE(fault(row("lease.R-1.residual_guarantor", Shock::cancel, {}, 0)).find("at least 1"),
            std::string::npos);
}

}  // namespace
}  // namespace lien::pricing
