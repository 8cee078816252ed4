#include <array>

#include "pricing/book/book_context.hpp"
#include "pricing/book/market_blocks.hpp"

namespace lien::pricing {
namespace {

std::span<const Field<Instrument>> instrument_fields() {
  using T = Instrument;
  static constexpr std::array fields = {
      id("id", &T::id).required(),
      choice<&T::kind>("kind", "forward|call|put", "future|swap|cap|floor|bond").required(),
      choice<&T::on>("on",
                     "rental_rate|log_rental_rate|resale_value|zero_coupon_bond|launch_count|"
                     "forward_rental_rate|power",
                     "floating_rate")
          .required(),
      id("hardware", &T::hardware),
      id("line", &T::line),
      choice<T>(
          "segment",
          +[](T& i, std::int64_t k) { i.segment = kSegments[static_cast<std::size_t>(k)]; },
          "spot|term|index"),
      number("strike", &T::strike),
      date("expiry", &T::expiry).required(),
      later<T>("start"),
      date("delivery", &T::delivery),
      number("quantity", &T::quantity, above(0)),
      later<T>("tranche"),
      later<T>("ratio"),
      choice<T>(
          "position", +[](T& i, std::int64_t k) { i.long_position = k == 0; }, "long|short"),
      later<T>("averaging", "none"),
      later<T>("frequency"),
      choice<T>(
          "exercise", +[](T& i, std::int64_t k) { i.bermudan = k == 1; }, "european|bermudan"),
      later<T>("counterparty"),
      later<T>("party"),
      later<T>("coupon"),
  };
  return fields;
}

void check_underlying(const Instrument& instrument, const ContractChecks& check) {
  const bool of_hardware =
      instrument.on == Underlying::rental_rate || instrument.on == Underlying::log_rental_rate ||
      instrument.on == Underlying::forward_rental_rate || instrument.on == Underlying::resale_value;
  const auto only = [&](std::string_view field, bool wanted) {
    if (wanted && !check.has(field)) check.missing(field, "it says what the instrument is on");
    if (!wanted) check.useless({field}, "does not go with this underlying");
  };
  if (!of_hardware || instrument.on == Underlying::resale_value)
    check.useless({"segment"}, "goes with rental_rate and log_rental_rate only");
  only("hardware", of_hardware);
  only("line", instrument.on == Underlying::launch_count);
  only("delivery", instrument.on == Underlying::zero_coupon_bond ||
                       instrument.on == Underlying::forward_rental_rate);
}

// Early exercise is for options on what a holder can exercise into.
void check_exercise(const Instrument& instrument, const ContractChecks& check) {
  if (!instrument.bermudan || !check.good("kind") || !check.good("on")) return;
  if (instrument.kind == InstrumentKind::forward)
    check.wrong("exercise", "a forward has nothing to exercise", "remove it");
  else if (instrument.on != Underlying::rental_rate && instrument.on != Underlying::resale_value)
    check.wrong("exercise", "goes with options on rental_rate and resale_value only",
                "write european");
  else if (check.good("strike") && !(instrument.strike > 0))
    check.wrong("strike", "must be above 0 for early exercise",
                "an option struck at 0 is the underlying itself: write a forward");
}

}  // namespace

void read_instrument(const TomlValue& table, const std::string& file, BookContext& context) {
  const Scope scope{context.faults, file, block_label("instrument", table, "id")};
  Instrument instrument;
  instrument.where = {file, table.line, table.column};
  const Given given =
      read_table(table, instrument_fields(), instrument, "field of [[instrument]]", scope);
  const ContractChecks check(given, scope, context);
  check.unique_id(instrument.id);
  check.not_past("expiry", instrument.expiry);
  if (check.good("kind") && instrument.kind != InstrumentKind::forward && !check.has("strike"))
    check.missing("strike", "an option has one");
  if (check.good("on")) check_underlying(instrument, check);
  check_exercise(instrument, check);
  if (instrument.delivery)
    check.after("delivery", *instrument.delivery, "expiry", instrument.expiry);
  check.launch_line("line", instrument.line);
  const Hardware* hardware = check.hardware("hardware", instrument.hardware);
  if (hardware && check.good("on") && instrument.on == Underlying::resale_value)
    check.observes_resale(*hardware);
  if (hardware && instrument.on != Underlying::resale_value)
    check.segment(*hardware, instrument.segment);
  if (check.good("on") && instrument.on == Underlying::power && context.market &&
      !context.market->power)
    check.wrong("on", "needs [power], which " + context.market->file + " does not have",
                "add [power] there");
  ++context.rows_read;
  context.book.instruments.push_back(std::move(instrument));
}

}  // namespace lien::pricing
