"""Holds expected.csv of the cases against the list of reference values beside the clone, if it is there.

The list is ../shared/validation/open_cases.json: values to full precision by case and name. VALUES
says which number of a case is which value; a tuple adds how one is computed from the other.
"""
import json
import math

LIST = "../shared/validation/open_cases.json"
# Expected files round to ten digits where their source does.
RELATIVE = 1e-9
ROOT_TWO_PI = math.sqrt(2 * math.pi)


def at_least(n):
    return lambda probabilities: 1 - sum(probabilities[:n])


def entry(i):
    return lambda values: values[i]


def compounded(rate):
    return (1 + rate) ** 12 - 1


def bermudan(spot, volatility, years):
    return lambda rows: next(row[6] for row in rows if row[:3] == [spot, volatility, years])


def bermudans(volatility):
    return {("present_value", f"S{spot}-{years}y", "0"): ("rows", bermudan(spot, volatility, years))
            for spot in (36, 38, 40, 42, 44) for years in (1, 2)}


# Cases with nothing here are our own; their references stand in their run.toml.
VALUES = {
    "O01": {
        ("payment_due", "L", "1"): "payment",
        ("present_value", "L", "0"): "PV",
        ("outstanding_principal", "L", "24"): "balance_after_24",
        ("weighted_average_life", "L", ""): "WAL_years",
    },
    "O02": {
        ("present_value", "L", "0"): "PV",
        ("scheduled_interest", "L", "3"): ("first_fwd", lambda rate: 25e6 * (rate + 0.06)),
        ("scheduled_interest", "L", "60"): ("last_fwd", lambda rate: 25e6 * (rate + 0.06)),
    },
    "O03": {
        ("present_value", "L", "0"): "PV",
        ("expected_loss", "L", "0"): "discounted_principal_loss",
        ("payment_due", "L", "1"): "payment",
    },
    "O04": {
        ("present_value", "bond", "0"): "PV",
        ("fair_rate", "bond", ""): "fair_coupon",
    },
    "O05": {
        ("survival_probability", "borrower", "12"): "surv_1y",
        ("survival_probability", "borrower", "36"): "surv_3y",
        ("survival_probability", "borrower", "60"): "surv_5y",
    },
    "O06": {
        ("present_value", "bond-2", "0"): "P_0_2",
        ("present_value", "bond-5", "0"): "P_0_5",
        ("present_value", "call", "0"): "call",
        ("present_value", "put", "0"): "put",
    },
    "O07": {
        ("forward_value", "forward-6", "6"): "F_0_5",
        ("forward_value", "forward-12", "12"): "F_1",
        ("forward_value", "forward-24", "24"): "F_2",
        ("forward_value", "forward-36", "36"): "F_3",
        ("forward_value", "forward-60", "60"): "F_5",
        ("present_value", "forward-6", "0"): "F_0_5",
        ("present_value", "forward-12", "0"): "F_1",
        ("present_value", "forward-24", "0"): "F_2",
        ("present_value", "forward-36", "0"): "F_3",
        ("present_value", "forward-60", "0"): "F_5",
        ("present_value", "log-call-12", "0"): ("sd_lnS_1", lambda sd: sd / ROOT_TWO_PI),
        ("present_value", "log-call-60", "0"): ("sd_lnS_5", lambda sd: sd / ROOT_TWO_PI),
    },
    "O08": {
        ("present_value", "put", "0"): "put_on_spot_T2_K2",
        ("present_value", "call", "0"): "call_on_fut_1_2_K2_2",
    },
    "O09": {("resale_value", "V", "0"): "V0"},
    "O10": {
        ("forward_value", "put", "24"): "forward",
        ("present_value", "put", "0"): "put",
        ("exercise_probability", "put", "24"): "prob_shortfall",
    },
    "O11": {
        ("present_value", "put", "0"): "put",
        ("forward_value", "put", "24"): "E_V_T",
    },
    "O13_O14": {
        ("forward_value", "X1-forward-2027", "12"): "O13.t1",
        ("forward_value", "X1-forward-2028", "24"): "O13.t2",
        ("forward_value", "X1-forward-2029", "36"): "O13.t3",
        ("forward_value", "X1-forward-2031", "60"): "O13.t5",
        ("forward_value", "X2-forward-2029", "36"): "O13.second_moment_t3",
        ("forward_value", "R-forward-2027", "12"): "O14.E_R_T1",
        ("forward_value", "R-forward-2029", "36"): "O14.E_R_T3",
        ("present_value", "R-call-2027", "0"): "O14.call_T1",
        ("present_value", "R-call-2029", "0"): "O14.call_T3",
        ("exercise_probability", "R-call-2027", "12"): "O14.P_R_gt_1.2_T1",
        ("exercise_probability", "R-call-2029", "36"): "O14.P_R_gt_1.2_T3",
    },
    "O14_resale": {("resale_value", "V", "0"): "O14.V0_strip_momentmatch"},
    "O15": {
        **{("exercise_probability", f"weibull-{n}", "60"): ("weibull_P_N5_eq", at_least(n))
           for n in range(2, 7)},
        ("forward_value", "weibull-1", "60"): "weibull_E_N5",
        ("exercise_probability", "poisson-3", "60"): ("poisson_P_N5_le2", lambda p: 1 - p),
        **{("exercise_probability", f"gamma-{n}", "60"): ("gamma_P_N5_eq", at_least(n))
           for n in range(1, 9)},
        ("forward_value", "gamma-1", "60"): "gamma_E_N5",
    },
    "O16": {
        ("forward_value", "X1-forward-2027", "12"): "E_expmX_t1",
        ("forward_value", "X1-forward-2029", "36"): "E_expmX_t3",
        ("forward_value", "X1-forward-2031", "60"): "E_expmX_t5",
        ("forward_value", "X2-forward-2029", "36"): "second_moment_t3",
    },
    "O21": {("breach_probability", "L/loan_to_value", "24"): "monthly_exact"},
    "O24": {
        ("present_value", "annuity", "0"): "annuity_due_factor",
        ("fair_rate", "rent", ""): "rent_per_100",
        ("yield", "implicit", ""): ("implicit_monthly", compounded),
    },
    "O25b": {
        ("expected_loss", "L", "0"): "EL_wwr",
        ("survival_probability", "borrower", "36"): "surv_36",
    },
    "O25b_independent": {
        ("expected_loss", "L", "0"): "EL_indep_same_survival",
        ("survival_probability", "borrower", "36"): "O25b.surv_36",
    },
    "O19": {
        ("expected_loss", "", "12"): "EL",
    },
    "O25": {
        ("expected_loss", "L", "0"): "EL",
        ("loss_given_default", "L", "0"): "LGD_wwr",
    },
    "O26": {
        ("ecl_12m", "L", "12"): "ECL_12m",
        ("ecl_lifetime", "L", "0"): "ECL_lifetime",
    },
    "O28": {
        **{("clearing_payment", party, "3"): ("p", entry(i))
           for i, party in enumerate(("lab", "neocloud", "vendor", "lenders"))},
        **{("equity_value", party, "3"): ("equity", entry(i))
           for i, party in enumerate(("lab", "neocloud", "vendor", "lenders"))},
    },
    "O29": {
        ("survival_probability", "B", "12"): "surv_B_1",
        ("survival_probability", "B", "36"): "surv_B_3",
        ("survival_probability", "B", "60"): "surv_B_5",
    },
    "O30": {
        ("survival_probability", "borrower", "12"): "surv_12",
        ("survival_probability", "borrower", "36"): "surv_36",
        ("survival_probability", "borrower", "60"): "surv_60",
    },
    "O27": {
        ("present_value", "annuity", "0"): "annuity",
        ("fair_rate", "plain", ""): "rent_plain",
        ("fair_rate", "option", ""): "rent_with_purchase_option",
        ("fair_rate", "guarantee", ""): "rent_with_guarantee",
        ("present_value", "call", "0"): "purchase_option",
        ("present_value", "put", "0"): "residual_guarantee_put",
    },
    "O32": {
        ("probability_of_default", "L", "12"): "PD_12",
        ("probability_of_default", "L", "24"): "PD_24",
        ("probability_of_default", "L", "48"): "PD_48",
    },
    "O17": bermudans(0.2),
    "O17_volatile": bermudans(0.4),
    "O18": {
        ("risk_weight", "L025", ""): "irb_RW_pd0_25",
        ("risk_weight", "L100", ""): "irb_RW",
        ("risk_weight", "L500", ""): "irb_RW_pd5",
        ("risk_weight", "L2000", ""): "irb_RW_pd20",
        ("capital_requirement", "L100", ""): ("irb_K", lambda k: 1e6 * k),
    },
    "O23": {
        ("resale_value", "irreversible", "0"): "V_abandon",
        ("resale_value", "never", "0"): "never_abandon",
        ("resale_value", "mothball", "0"): "costless_mothball",
        ("mothball_value", "irreversible", "0"): "costless_mothball",
    },
    "balloon": {},
    "credit": {},
    "launch_lines": {},
    "prepayment": {},
    "stages": {},
    "O23_lease": {},
    "walk_away": {},
    "O34": {
        ("factor_covariance", "scarcity/scarcity", "1"): "chi_chi",
        ("factor_covariance", "frontier/frontier", "1"): "xi_xi",
        ("factor_covariance", "short_rate/short_rate", "1"): "x_x",
        ("factor_covariance", "rate_integral/rate_integral", "1"): "I_I",
        ("factor_covariance", "scarcity/frontier", "1"): "chi_xi",
        ("factor_covariance", "scarcity/short_rate", "1"): "chi_x",
        ("factor_covariance", "frontier/short_rate", "1"): "xi_x",
        ("factor_covariance", "scarcity/rate_integral", "1"): "chi_I",
        ("factor_covariance", "frontier/rate_integral", "1"): "xi_I",
        ("factor_covariance", "short_rate/rate_integral", "1"): "x_I",
    },
}


def faults(root, case, rows):
    """Rows of a case that the list contradicts, and values of the case that no row has."""
    path = root / LIST
    if not path.exists():
        print(f"{case}: {LIST} is not here; expected.csv is not compared with it")
        return []
    cases = json.loads(path.read_text())
    out = []
    wanted = dict(VALUES.get(case, {}))
    for row in rows:
        if row.scenario not in ("", "baseline"):
            continue
        value = wanted.pop((row.measure, row.id, row.horizon), None)
        if value is None:
            continue
        name, computed = value if isinstance(value, tuple) else (value, lambda x: x)
        # The value of another case is written CASE.NAME.
        of, _, plain = name.partition(".") if name.startswith("O") else ("", "", name)
        listed = computed(cases[of or case.split("_")[0]]["values"][plain])
        if abs(row.expected - listed) > RELATIVE * abs(listed):
            out.append(f"{case}: {row.measure} of {row.id} is {listed} in {LIST}")
    return out + [f"{case}: expected.csv has no {name}" for name in wanted]
