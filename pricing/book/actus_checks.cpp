#include <algorithm>

#include "pricing/book/actus_terms.hpp"

namespace lien::pricing {
namespace {

using actus::ContractType;
using actus::Role;
using actus::Terms;

class Checks {
 public:
  Checks(const JsonValue& object, const TermScope& scope) : object_(object), scope_(scope) {}

  [[nodiscard]] bool has(std::string_view term) const { return object_.find(term) != nullptr; }
  void required(std::initializer_list<std::string_view> terms) const {
    for (const std::string_view term : terms)
      if (!has(term)) scope_.fault(object_, term, "", "is missing", "add it");
  }
  void one_of(std::string_view term, std::string_view other) const {
    if (!has(term) && !has(other))
      scope_.fault(object_, term, "", "is missing, and so is " + std::string(other),
                   "add one of them");
  }
  // `term` is given and says nothing without `needed`.
  void needs(std::string_view term, std::string_view needed) const {
    if (has(term) && !has(needed))
      scope_.fault(object_, needed, "", "is missing, which " + std::string(term) + " needs",
                   "add it");
  }
  void after(std::string_view term, const std::optional<actus::Time>& later,
             const std::optional<actus::Time>& earlier) const {
    if (later && earlier && *later <= *earlier)
      scope_.fault(*object_.find(term), term, shown(*object_.find(term)),
                   "does not come after initialExchangeDate", "write a later date");
  }
  void wrong(std::string_view term, std::string problem, std::string remedy) const {
    const JsonValue* at = object_.find(term);
    scope_.fault(at != nullptr ? *at : object_, term, "", std::move(problem), std::move(remedy));
  }

 private:
  const JsonValue& object_;
  const TermScope& scope_;
};

void check_loan(const Terms& terms, const Checks& check) {
  check.required({"initialExchangeDate", "notionalPrincipal"});
  check.needs("nominalInterestRate", "dayCountConvention");
  if (terms.notional && *terms.notional == 0)
    check.wrong("notionalPrincipal", "is 0", "write what is lent");
  check.after("maturityDate", terms.maturity, terms.initial_exchange);
  check.after("terminationDate", terms.termination, terms.initial_exchange);
  check.needs("purchaseDate", "priceAtPurchaseDate");
  check.needs("terminationDate", "priceAtTerminationDate");
  if (terms.rate_reset.stated()) check.required({"marketObjectCodeOfRateReset"});
  if (terms.scales_interest || terms.scales_notional) {
    check.required({"marketObjectCodeOfScalingIndex", "scalingIndexAtContractDealDate"});
    check.one_of("cycleAnchorDateOfScalingIndex", "cycleOfScalingIndex");
    if (terms.scaling_index_at_deal && *terms.scaling_index_at_deal == 0)
      check.wrong("scalingIndexAtContractDealDate", "is 0", "write the index on the deal date");
  }
}

void check_fee(const Terms& terms, const Checks& check) {
  if (terms.fee_rate == 0) return;
  check.required({"feeBasis"});
  check.one_of("cycleAnchorDateOfFee", "cycleOfFee");
  if (terms.fee_basis == actus::FeeBasis::notional) check.required({"dayCountConvention"});
}

void check_amortizer(const Terms& terms, const Checks& check) {
  check.one_of("cycleAnchorDateOfPrincipalRedemption", "cycleOfPrincipalRedemption");
  if (terms.type != ContractType::lam) check.required({"nominalInterestRate"});
  if (terms.type == ContractType::nam) check.required({"nextPrincipalRedemptionPayment"});
  if (terms.interest_base == actus::InterestBase::lagged)
    check.one_of("cycleAnchorDateOfInterestCalculationBase", "cycleOfInterestCalculationBase");
}

void check_exotic(const Terms& terms, const Checks& check) {
  check.required({"arrayCycleAnchorDateOfPrincipalRedemption"});
  const bool varies = std::any_of(terms.rate_steps.begin(), terms.rate_steps.end(),
                                  [](const actus::Step& step) { return step.increases; });
  if (varies) check.required({"marketObjectCodeOfRateReset"});
}

void check_structure(const Terms& terms, const Checks& check) {
  check.required({"contractStructure"});
  if (!check.has("contractStructure")) return;
  const auto count = [&](Role role) {
    return std::count_if(terms.structure.begin(), terms.structure.end(),
                         [&](const actus::Reference& part) { return part.role == role; });
  };
  if (terms.type == ContractType::capfl) {
    check.one_of("lifeCap", "lifeFloor");
    if (count(Role::underlying) != 1 || !terms.structure.front().contract)
      check.wrong("contractStructure", "holds no one contract whose referenceRole is UDL",
                  "write the terms of the contract that the cap or floor is on");
    else if (terms.structure.front().contract->type > ContractType::ump)
      check.wrong("contractStructure", "rests on a contract that pays no interest", "name a loan");
    if (check.has("purchaseDate") || check.has("terminationDate"))
      check.wrong("contractType",
                  "has a purchaseDate or terminationDate, which no CAPFL has in this version",
                  "remove it");
    return;
  }
  if (count(Role::covered) == 0)
    check.wrong("contractStructure", "holds no contract whose referenceRole is COVE",
                "name the contracts that are covered");
  if (terms.type == ContractType::cec && count(Role::covering) == 0)
    check.wrong("contractStructure", "holds nothing whose referenceRole is COVI",
                "name the collateral");
  for (const actus::Reference& part : terms.structure) {
    const bool loan = part.contract && part.contract->type <= ContractType::ump;
    if (part.role == Role::covered && part.contract && !loan)
      check.wrong("contractStructure", "covers a contract that is no loan", "name a loan");
    if (part.role == Role::covered && !part.contract && !terms.notional)
      check.wrong("notionalPrincipal",
                  "is missing, and a covered contract is named by its id alone", "add it");
    if (part.role == Role::covering && part.market_object.empty())
      check.wrong("contractStructure", "holds collateral without a price series",
                  "write a COM or STK with marketObjectCode");
    if (part.role == Role::covered && part.contract &&
        terms.exposure == actus::Exposure::market_value && part.contract->market_object.empty())
      check.wrong("guaranteedExposure", "is MV, and a covered contract has no marketObjectCode",
                  "add it to the contract");
  }
}

}  // namespace

void check_actus_terms(const JsonValue& object, const Terms& terms, bool nested,
                       const TermScope& scope) {
  const Checks check(object, scope);
  check.required({"contractType"});
  if (!check.has("contractType")) return;
  check.required({"statusDate"});
  if (!nested) check.required({"contractID", "contractRole"});
  check_fee(terms, check);
  switch (terms.type) {
    case ContractType::capfl:
    case ContractType::ceg:
    case ContractType::cec:
      check_structure(terms, check);
      return;
    case ContractType::pam:
      check.required({"maturityDate"});
      break;
    case ContractType::lam:
    case ContractType::nam:
    case ContractType::ann:
      check_amortizer(terms, check);
      break;
    case ContractType::lax:
      check_exotic(terms, check);
      break;
    default:
      break;
  }
  if (!nested) check.required({"currency"});
  check_loan(terms, check);
}

}  // namespace lien::pricing
