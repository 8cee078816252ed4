#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pricing/book/book_context.hpp"
#include "pricing/plan/calendar.hpp"

// What the options of a lessee must say to make sense, of a lease of a tape and one inside a
// vehicle alike: both name their fields so.
namespace lien::pricing {

// Both or neither; the right begins while the lease runs, its extension included.
template <class L>
void check_right(const L& lease, std::string_view start, const std::optional<Date>& begins,
                 std::string_view money, const ContractChecks& check) {
  if (check.has(start) != check.has(money)) {
    const std::string_view given = check.has(start) ? start : money;
    check.missing(check.has(start) ? money : start, std::string(given) + " is given",
                  "add it, or remove " + std::string(given));
    return;
  }
  if (!begins || !check.good(start)) return;
  check.not_before(start, *begins, "start", lease.start);
  const bool whole =
      check.good("end") && (!check.has("extension_months") || check.good("extension_months"));
  if (!whole) return;
  const Date last = lease.extension_months > 0
                        ? add_months(lease.end, lease.extension_months, ends_month(lease.end))
                        : lease.end;
  if (*begins >= last)
    check.wrong(start, "is not before the lease ends: there is nothing to choose then",
                "bring it nearer, or remove it and " + std::string(money));
}

template <class L>
void check_options(const L& lease, const ContractChecks& check) {
  if (lease.extension_months == 0)
    check.useless({"extension_rent"}, "needs extension_months above 0",
                  "add extension_months, or remove it");
  check_right(lease, "buyout_start", lease.buyout_start, "buyout_price", check);
  check_right(lease, "termination_start", lease.termination_start, "termination_fee", check);
}

}  // namespace lien::pricing
