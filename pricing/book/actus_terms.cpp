#include "pricing/book/actus_terms.hpp"

#include <algorithm>

#include "pricing/book/scalar.hpp"
#include "pricing/book/text_file.hpp"

namespace lien::pricing {
namespace {

using actus::Terms;
using Read = void (*)(Terms&, const JsonValue&, std::string_view, const TermScope&);

struct TermField {
  std::string_view name;
  Read read;
};

// One reader a type of member, so that the table reads as the dictionary does.
template <auto Member>
void number(Terms& terms, const JsonValue& value, std::string_view name, const TermScope& scope) {
  if (const auto x = scope.number(value, name)) terms.*Member = *x;
}
// Yearly, held to the range of a tape's coupon.
template <auto Member>
void rate(Terms& terms, const JsonValue& value, std::string_view name, const TermScope& scope) {
  if (const auto x = scope.rate(value, name)) terms.*Member = *x;
}
template <auto Member>
void amount(Terms& terms, const JsonValue& value, std::string_view name, const TermScope& scope) {
  if (const auto x = scope.number(value, name, 0)) terms.*Member = *x;
}
template <auto Member>
void time(Terms& terms, const JsonValue& value, std::string_view name, const TermScope& scope) {
  if (const auto x = scope.time(value, name)) terms.*Member = *x;
}
template <auto Member>
void period(Terms& terms, const JsonValue& value, std::string_view name, const TermScope& scope) {
  if (const auto x = scope.period(value, name)) terms.*Member = *x;
}
template <auto Member>
void text(Terms& terms, const JsonValue& value, std::string_view name, const TermScope& scope) {
  if (const auto x = scope.text(value, name)) terms.*Member = *x;
}
template <auto Member>
void anchor(Terms& terms, const JsonValue& value, std::string_view name, const TermScope& scope) {
  (terms.*Member).anchor = scope.time(value, name);
}
template <auto Member>
void cycle(Terms& terms, const JsonValue& value, std::string_view name, const TermScope& scope) {
  (terms.*Member).cycle = scope.cycle(value, name);
}

void contract_type(Terms& terms, const JsonValue& value, std::string_view name,
                   const TermScope& scope) {
  if (const auto k = scope.choice(value, name, "PAM|LAM|NAM|ANN|LAX|CLM|UMP|CAPFL|CEG|CEC"))
    terms.type = static_cast<actus::ContractType>(*k);
}

void contract_role(Terms& terms, const JsonValue& value, std::string_view name,
                   const TermScope& scope) {
  if (const auto k = scope.choice(value, name, "RPA|RPL|LG|ST|BUY|SEL|OBL|GUA|RFL|PFL"))
    terms.sign = *k % 2 == 0 ? 1 : -1;
}

void day_count(Terms& terms, const JsonValue& value, std::string_view name,
               const TermScope& scope) {
  if (const auto k = scope.choice(value, name, "AA|A360|A365|30E360|30E360ISDA|28E336"))
    terms.day_count = static_cast<actus::YearCount>(*k);
}

void month_ends(Terms& terms, const JsonValue& value, std::string_view name,
                const TermScope& scope) {
  if (const auto k = scope.choice(value, name, "SD|EOM")) terms.month_ends = *k == 1;
}

void business_days(Terms& terms, const JsonValue& value, std::string_view name,
                   const TermScope& scope) {
  const auto k = scope.choice(value, name, "NOS/NULL|SCF|SCMF|SCP|SCMP|CSF|CSMF|CSP|CSMP");
  if (!k) return;
  constexpr int kinds = 4;
  terms.business_days.shift =
      *k == 0 ? actus::Shift::none : static_cast<actus::Shift>((*k - 1) % kinds + 1);
  terms.business_days.calculate_shifted = *k <= kinds;
}

void calendar(Terms& terms, const JsonValue& value, std::string_view name, const TermScope& scope) {
  if (const auto k = scope.choice(value, name, "NC|MF")) terms.business_days.weekends = *k == 1;
}

void interest_base(Terms& terms, const JsonValue& value, std::string_view name,
                   const TermScope& scope) {
  if (const auto k = scope.choice(value, name, "NT|NTIED|NTL"))
    terms.interest_base = static_cast<actus::InterestBase>(*k);
}

void scaling_effect(Terms& terms, const JsonValue& value, std::string_view name,
                    const TermScope& scope) {
  const auto k = scope.choice(value, name, "OOO/000|IOO/I00|ONO/0N0|INO/IN0");
  terms.scales_interest = k && (*k == 1 || *k == 3);
  terms.scales_notional = k && *k >= 2;
}

void fee_basis(Terms& terms, const JsonValue& value, std::string_view name,
               const TermScope& scope) {
  if (const auto k = scope.choice(value, name, "A|N"))
    terms.fee_basis = static_cast<actus::FeeBasis>(*k);
}

void exposure(Terms& terms, const JsonValue& value, std::string_view name, const TermScope& scope) {
  if (const auto k = scope.choice(value, name, "NO|NI|MV"))
    terms.exposure = static_cast<actus::Exposure>(*k);
}

void credit_event(Terms& terms, const JsonValue& value, std::string_view name,
                  const TermScope& scope) {
  if (scope.choice(value, name, "DL|DQ|DF")) terms.credit_event = value.text;
}

void prepayment(Terms& terms, const JsonValue& value, std::string_view name,
                const TermScope& scope) {
  if (const auto k = scope.choice(value, name, "N|M")) terms.prepayable = *k != 0;
}

void structure(Terms& terms, const JsonValue& value, std::string_view, const TermScope& scope) {
  read_actus_structure(value, terms, scope);
}

constexpr TermField kFields[] = {
    {"contractType", contract_type},
    {"contractID", text<&Terms::id>},
    {"contractRole", contract_role},
    {"currency", text<&Terms::currency>},
    {"statusDate", time<&Terms::status_date>},
    {"initialExchangeDate", time<&Terms::initial_exchange>},
    {"maturityDate", time<&Terms::maturity>},
    {"amortizationDate", time<&Terms::amortization_end>},
    {"purchaseDate", time<&Terms::purchase>},
    {"terminationDate", time<&Terms::termination>},
    {"capitalizationEndDate", time<&Terms::capitalization_end>},
    {"notionalPrincipal", amount<&Terms::notional>},
    {"nominalInterestRate", rate<&Terms::nominal_rate>},
    {"accruedInterest", number<&Terms::accrued_interest>},
    {"nextPrincipalRedemptionPayment", amount<&Terms::next_principal_payment>},
    {"premiumDiscountAtIED", number<&Terms::premium_discount>},
    {"priceAtPurchaseDate", number<&Terms::price_at_purchase>},
    {"priceAtTerminationDate", number<&Terms::price_at_termination>},
    {"dayCountConvention", day_count},
    {"endOfMonthConvention", month_ends},
    {"businessDayConvention", business_days},
    {"calendar", calendar},
    {"cycleAnchorDateOfInterestPayment", anchor<&Terms::interest>},
    {"cycleOfInterestPayment", cycle<&Terms::interest>},
    {"cycleAnchorDateOfPrincipalRedemption", anchor<&Terms::principal>},
    {"cycleOfPrincipalRedemption", cycle<&Terms::principal>},
    {"cycleAnchorDateOfRateReset", anchor<&Terms::rate_reset>},
    {"cycleOfRateReset", cycle<&Terms::rate_reset>},
    {"cycleAnchorDateOfScalingIndex", anchor<&Terms::scaling>},
    {"cycleOfScalingIndex", cycle<&Terms::scaling>},
    {"cycleAnchorDateOfInterestCalculationBase", anchor<&Terms::interest_base_dates>},
    {"cycleOfInterestCalculationBase", cycle<&Terms::interest_base_dates>},
    {"cycleAnchorDateOfFee", anchor<&Terms::fee>},
    {"cycleOfFee", cycle<&Terms::fee>},
    {"interestCalculationBase", interest_base},
    {"interestCalculationBaseAmount", amount<&Terms::interest_base_amount>},
    {"marketObjectCodeOfRateReset", text<&Terms::rate_index>},
    {"rateMultiplier", number<&Terms::rate_multiplier>},
    {"rateSpread", rate<&Terms::rate_spread>},
    {"lifeCap", rate<&Terms::life_cap>},
    {"lifeFloor", rate<&Terms::life_floor>},
    {"periodCap", rate<&Terms::period_cap>},
    {"periodFloor", rate<&Terms::period_floor>},
    {"nextResetRate", rate<&Terms::next_reset_rate>},
    {"marketObjectCodeOfScalingIndex", text<&Terms::scaling_index>},
    {"scalingIndexAtContractDealDate", number<&Terms::scaling_index_at_deal>},
    {"scalingEffect", scaling_effect},
    {"notionalScalingMultiplier", number<&Terms::notional_scale>},
    {"interestScalingMultiplier", number<&Terms::interest_scale>},
    {"feeRate", number<&Terms::fee_rate>},
    {"feeBasis", fee_basis},
    {"feeAccrued", number<&Terms::fee_accrued>},
    {"prepaymentEffect", prepayment},
    {"xDayNotice", period<&Terms::notice>},
    {"settlementPeriod", period<&Terms::settlement>},
    {"coverageOfCreditEnhancement", amount<&Terms::coverage>},
    {"creditEventTypeCovered", credit_event},
    {"guaranteedExposure", exposure},
    {"marketObjectCode", text<&Terms::market_object>},
    {"contractStructure", structure},
};

// Read together by read_actus_steps.
constexpr std::string_view kArrays[] = {"arrayCycleAnchorDateOfInterestPayment",
                                        "arrayCycleOfInterestPayment",
                                        "arrayCycleAnchorDateOfPrincipalRedemption",
                                        "arrayCycleOfPrincipalRedemption",
                                        "arrayNextPrincipalRedemptionPayment",
                                        "arrayIncreaseDecrease",
                                        "arrayCycleAnchorDateOfRateReset",
                                        "arrayCycleOfRateReset",
                                        "arrayRate",
                                        "arrayFixedVariable"};

// Of no consequence for the events.
constexpr std::string_view kSilent[] = {
    "contractDealDate", "creatorID",         "counterpartyID",  "fixingDays",
    "fixingPeriod",     "seniority",         "clearingHouse",   "marketValueObserved",
    "gracePeriod",      "delinquencyPeriod", "delinquencyRate", "nonPerformingDate",
    "description"};

// Terms of the dictionary whose effect is not in this version; the value that asks for nothing.
struct LaterTerm {
  std::string_view name, neutral;
};
constexpr LaterTerm kLater[] = {
    {"contractPerformance", "PF"},
    {"cyclePointOfInterestPayment", "E"},
    {"cyclePointOfRateReset", "B"},
    {"penaltyType", "O"},
    {"penaltyRate", "0"},
    {"settlementCurrency", ""},
    {"creditLineAmount", ""},
    {"cycleAnchorDateOfOptionality", ""},
    {"cycleOfOptionality", ""},
    {"prepaymentPeriod", ""},
    {"maximumPenaltyFreeDisbursement", ""},
    {"exerciseDate", ""},
    {"exerciseAmount", ""},
};

std::vector<std::string> known_names() {
  std::vector<std::string> names;
  for (const TermField& field : kFields) names.emplace_back(field.name);
  for (const std::string_view name : kArrays) names.emplace_back(name);
  return names;
}

template <class List>
bool holds(const List& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool settles_at_home(const JsonValue& object, const JsonMember& member) {
  const JsonValue* currency = object.find("currency");
  return member.key == "settlementCurrency" && currency != nullptr &&
         currency->text == member.value.text;
}

void read_other(const JsonValue& object, const JsonMember& member, const TermScope& scope) {
  if (holds(kArrays, member.key) || holds(kSilent, member.key)) return;
  const auto later = std::find_if(std::begin(kLater), std::end(kLater),
                                  [&](const LaterTerm& term) { return term.name == member.key; });
  if (later == std::end(kLater))
    scope.fault(member.value, shown(std::string_view(member.key)), "", "is no term of a contract",
                did_you_mean(member.key, known_names(), "remove it"));
  else if (member.value.text != later->neutral && !settles_at_home(object, member))
    scope.fault(member.value, member.key, shown(member.value), std::string(kNotInThisVersion),
                "remove it");
}

}  // namespace

bool read_actus_terms(const JsonValue& object, Terms& terms, bool nested, const TermScope& scope) {
  const std::size_t before = scope.faults.size();
  if (object.kind != JsonKind::object) {
    scope.fault(object, "terms", shown(object), "is no object of terms",
                "write {\"contractType\": ..}");
    return false;
  }
  for (const JsonMember& member : object.members) {
    const auto field = std::find_if(std::begin(kFields), std::end(kFields),
                                    [&](const TermField& f) { return f.name == member.key; });
    if (field == std::end(kFields))
      read_other(object, member, scope);
    else
      field->read(terms, member.value, field->name, scope);
  }
  read_actus_steps(object, terms, scope);
  if (scope.faults.size() != before) return false;
  check_actus_terms(object, terms, nested, scope);
  return scope.faults.size() == before;
}

}  // namespace lien::pricing
