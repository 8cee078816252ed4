#include "pricing/contract/measure_names.hpp"

namespace lien::pricing {
namespace {

constexpr MeasureName kMeasures[] = {
    {"balloon_default_probability", "contract", "share"},
    {"breach_probability", "portfolio|party|contract", "share"},
    {"capital_requirement", "portfolio|contract", "money"},
    {"cecl_allowance", "portfolio|contract", "money"},
    {"clearing_payment", "party", "money"},
    {"covered_price", "contract", "share"},
    {"debt_service_coverage_ratio", "vehicle", "ratio"},
    {"discount_margin", "contract", "rate, continuous"},
    {"ecl_12m", "portfolio|party|contract", "money"},
    {"ecl_12m_change", "portfolio|party", "money"},
    {"ecl_lifetime", "portfolio|party|contract", "money"},
    {"ecl_lifetime_change", "portfolio|party", "money"},
    {"equity_value", "party|vehicle", "money"},
    {"ever_under_cost_probability", "hardware", "share"},
    {"exercise_probability", "contract", "share"},
    {"expected_loss", "portfolio|party|vehicle|contract", "money"},
    {"expected_loss_change", "portfolio|party", "money"},
    {"expected_shortfall", "portfolio", "money"},
    {"expected_shortfall_contribution", "party", "money"},
    {"exposure_at_default", "contract", "money"},
    {"exposure_share", "party", "share"},
    {"extension_probability", "contract", "share"},
    {"factor_covariance", "portfolio", ""},
    {"fair_rate", "contract", "money per payment"},
    {"forward_value", "contract", "unit of the underlying"},
    {"guarantee_value", "contract", "money"},
    {"hedge_value", "contract", "money"},
    {"lease_class_asc_842", "contract", ""},
    {"lease_class_ifrs_16", "contract", ""},
    {"lease_payment_share", "contract", "share"},
    {"lease_term_share", "contract", "share"},
    {"loan_to_value", "vehicle|contract", "ratio"},
    {"log_rental_rate_change", "hardware", "log"},
    {"loss_given_default", "portfolio|party|contract", "share"},
    {"mothball_over_irreversible", "hardware", "ratio"},
    {"mothball_value", "hardware", "money a unit"},
    {"outstanding_principal", "portfolio|vehicle", "money"},
    {"payment_due", "contract", "money"},
    {"present_value", "portfolio|party|vehicle|contract", "money"},
    {"present_value_change", "portfolio|party", "money"},
    {"price", "portfolio|party|vehicle|contract", "share"},
    {"probability_of_default", "portfolio|party|vehicle|contract", "share"},
    {"probability_of_default_change", "portfolio", "share"},
    {"refinancing_probability", "contract", "share"},
    {"rental_rate_change", "hardware", "hourly"},
    {"resale_value", "hardware", "money a unit"},
    {"residual_value", "contract", "money"},
    {"risk_weight", "portfolio|contract", "share"},
    {"stage", "contract", ""},
    {"survival_probability", "party", "share"},
    {"under_cost_probability", "hardware", "share"},
    {"value_at_risk", "portfolio", "money"},
    {"value_retention", "hardware", "share"},
    {"weighted_average_life", "contract", "years"},
    {"yield", "contract", "rate, effective annual"},
};

}  // namespace

std::span<const MeasureName> measure_names() noexcept { return kMeasures; }

}  // namespace lien::pricing
