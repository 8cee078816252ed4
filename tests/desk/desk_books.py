"""Small books that several checks run."""

LOAN = ("id,borrower,principal,closing,maturity,coupon,amortization,day_count\n"
        "L,b,10000000,2026-10-01,2029-10-01,0.12,level,30/360\n")

COSTLY = """rates = { zero_curve = 0.03 }
[liquidation]
lag_months = 3
[[hardware]]
id = "X"
rental_rate = 2.0
utilization = 0.5
operating_cost = 0.4
life_years = 8
resale = { law = "rental_multiple", multiple = 0 }
"""
LEASE = ("id,lessee,hardware,units,start,end,rent,rent_timing,net\n"
         "R,b,X,10,2026-10-01,2028-10-01,9000,arrears,false\n")

MOVING = """rates = { zero_curve = 0.03 }
[scarcity]
mean_reversion = 0.9
volatility = 0.4
[liquidation]
lag_months = 3
[[hardware]]
id = "X"
rental_rate = 2.0
utilization = { mean = 0.5, min = 0.2, max = 0.7, scarcity_loading = 1.0 }
operating_cost = 0.4
life_years = 8
resale = { law = "income", operator_rate = 0.10 }
[[party]]
id = "b"
hazard = 0.02
recovery = 0.3
"""
SECURED = ("id,borrower,hardware,units,principal,closing,maturity,coupon,amortization\n"
           "L,b,X,100,1500000,2026-10-01,2029-10-01,0.10,straight_line\n")
