#pragma once

#include <limits>
#include <string>

#include "pricing/contract/contract.hpp"

namespace lien::pricing {

struct Hardware;

// How a lessor accounts for a lease. financing: a sale and leaseback that is no sale.
enum class Ifrs16Class { operating, finance, financing };
enum class Asc842Class { operating, sales_type, direct_financing, financing };

// The class at the start of a lease and the numbers that decided; NaN where a test was not made.
struct LeaseClass {
  Ifrs16Class ifrs_16 = Ifrs16Class::operating;
  Asc842Class asc_842 = Asc842Class::operating;
  bool transfer = false;  // end_option one_dollar
  bool bargain = false;   // end_option fixed_price at most kBargainShare of the cost
  double option_share = std::numeric_limits<double>::quiet_NaN();  // option price over cost
  double term_share = std::numeric_limits<double>::quiet_NaN();    // term over life of a new unit
  // Present value over cost, at the rate implicit in the lease: of payments and residuals
  // guaranteed by anyone; by the lessee alone.
  double payment_share = std::numeric_limits<double>::quiet_NaN();
  double lessee_payment_share = std::numeric_limits<double>::quiet_NaN();
  double implicit_rate = std::numeric_limits<double>::quiet_NaN();  // effective a year
};

inline constexpr double kMajorPart = 0.75;         // of the life
inline constexpr double kSubstantiallyAll = 0.90;  // of the cost
inline constexpr double kBargainShare = 0.10;      // of the cost

// Units are new at the start; their life is life_years, else useful_life_years; the residual that
// nobody guarantees is assumed to fall on a straight line over it (docs/model.md, "Accounting class
// of a lease"). Without a life the term and, as no residual is known, the value are not tested;
// without purchase_price neither are value and option.
// Sources: IFRS 16.61-66, 98-103; ASC 842-10-25-2, 25-3 and 55-2, 842-40-25-1 to 25-3.
[[nodiscard]] LeaseClass classify_lease(const Lease& lease, const Hardware& hardware);

// "finance", "direct financing".
[[nodiscard]] std::string class_name(Ifrs16Class of);
[[nodiscard]] std::string class_name(Asc842Class of);

}  // namespace lien::pricing
