#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "pricing/book/fields.hpp"
#include "pricing/contract/contract.hpp"
#include "pricing/market/market.hpp"

namespace lien::pricing {

// What the readers of a book know besides the file in hand, and what they find out.
struct BookContext {
  // market: null if it could not be read; contracts are then not compared with it.
  BookContext(const Market* market, std::optional<Date> valuation_date, bool skip_rejected_rows);

  const Market* market;
  std::optional<Date> valuation_date;
  bool skip_rejected_rows;
  std::unordered_map<std::string, const Hardware*> hardware;
  std::unordered_map<std::string, const Party*> parties;
  std::unordered_map<std::string, const LaunchLine*> lines;

  Book book;
  std::vector<Diagnostic> faults;
  std::vector<Diagnostic> rejected;  // of rows that were skipped
  std::uint64_t rows_read = 0;
  std::unordered_map<std::string, Location> ids;  // contracts so far
  std::set<std::string> reported;                 // gaps of the market that were told once already
};

// Cross-field checks of one contract, as short calls that read like the rule they check.
class ContractChecks {
 public:
  ContractChecks(const Given& given, const Scope& scope, BookContext& context)
      : given_(given), scope_(scope), context_(context) {}

  [[nodiscard]] bool has(std::string_view field) const { return given_.has(field); }
  [[nodiscard]] bool good(std::string_view field) const { return given_.good(field); }
  // False if a name of the record is unknown: nothing can be said about what is absent.
  [[nodiscard]] bool complete() const { return given_.complete; }
  // A fault at the record that lacks `field`.
  void missing(std::string_view field, std::string_view because,
               std::string_view remedy = "add it") const;
  // A fault at the value of `field`.
  void wrong(std::string_view field, std::string problem, std::string remedy = {}) const;
  // Each of `fields` that is given is a fault: it asks for `needed`, which is not there.
  void useless(std::initializer_list<std::string_view> fields, std::string_view problem,
               std::string_view remedy = "remove it") const;
  // The first date must be after the second; compared only if both can be read.
  void after(std::string_view later, Date later_date, std::string_view earlier,
             Date earlier_date) const;
  // The same, where one day will do for both.
  void not_before(std::string_view later, Date later_date, std::string_view earlier,
                  Date earlier_date) const;
  // The contract must have flows after the valuation date.
  void not_past(std::string_view field, Date last) const;
  // The id must be new in the book.
  void unique_id(const std::string& id) const;

  // What the market file names; null, after a fault where the market is known, if it does not.
  const Party* party(std::string_view field, const std::string& id) const;
  // A pool (count above 1) has no default of its own to wait for, and sells in parts.
  void one_party(std::string_view field, const Party* party) const;
  // Nobody lends to, or lets to, a party whose default_date came before the contract's first day.
  void not_yet_in_default(std::string_view field, const Party* party, std::string_view first,
                          Date first_day) const;
  void no_depth(const Hardware& hardware, const Party* party) const;
  // Sales of this hardware press no price.
  void no_installed_base(const Hardware& hardware, std::string_view because) const;
  const Hardware* hardware(std::string_view field, const std::string& id) const;
  void launch_line(std::string_view field, const std::string& id) const;
  // A segment other than spot must have a price on this hardware.
  void segment(const Hardware& hardware, const std::string& name) const;

  // The market must give this hardware what the contract observes.
  void observes_rents(const Hardware& hardware, bool own_operating_cost) const;
  void observes_operating_cost(const Hardware& hardware) const;
  void observes_resale(const Hardware& hardware) const;
  // Collateral may have to be sold: the time that takes must be known.
  void observes_liquidation(const Hardware& hardware) const;

 private:
  void gap(const Hardware& hardware, std::string_view field, std::string_view because) const;

  const Given& given_;
  const Scope& scope_;
  BookContext& context_;
};

// A party whose hazard is zero throughout never defaults.
[[nodiscard]] bool can_default(const Party& party);

// A resale multiple of 0: contracts on it bring nothing in a sale.
[[nodiscard]] bool worthless(const Hardware& hardware);

// Appends the contracts of one file of the book. named: the line that names the file.
void read_book_file(const std::string& file, const Location& named, BookContext& context);

// One record each, from a row or a table: fields are read already.
void check_loan(Loan& loan, const Given& given, const Scope& scope, BookContext& context);
void check_lease(Lease& lease, const Given& given, const Scope& scope, BookContext& context);
[[nodiscard]] std::span<const Field<Loan>> loan_fields();
[[nodiscard]] std::span<const Field<Lease>> lease_fields();
// Interest and principal of a loan, without what secures it.
void check_debt(Loan& loan, const ContractChecks& check, std::optional<Date> valuation_date);
void read_vehicle(const TomlValue& table, const std::string& file, BookContext& context);
// A hedge of a vehicle is written with the same fields.
[[nodiscard]] std::span<const Field<Instrument>> instrument_fields();
void check_instrument(const Instrument& instrument, const ContractChecks& check,
                      const BookContext& context);
void read_instrument(const TomlValue& table, const std::string& file, BookContext& context);

}  // namespace lien::pricing
