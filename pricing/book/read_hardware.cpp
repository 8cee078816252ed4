#include <algorithm>

#include "pricing/book/market_blocks.hpp"
#include "pricing/book/market_fields.hpp"

namespace lien::pricing {
namespace {

// A noise that is given as parts beside others: a volatility has a speed.
void check_noise(const TomlValue& table, const Given& given, const OwnNoise& noise,
                 const std::string& prefix, const Scope& scope) {
  if (given.good("volatility") && noise.volatility > 0 && !given.has("mean_reversion"))
    scope.fault(table.line, table.column, prefix + "mean_reversion", "",
                "is missing: the volatility needs one", "add it; 0 is a Gaussian walk");
}

Utilization read_utilization(const TomlValue& value, const Scope& scope) {
  Utilization utilization;
  if (!value.is_table()) {
    const auto x = read_number(value.scalar(), "utilization", between(0, 1), Unit::share, scope);
    utilization.mean = x.value_or(0.5);
    return utilization;
  }
  const Given given = read_table(value, utilization_fields(), utilization, "part of utilization",
                                 scope.part("utilization"));
  utilization.moves = utilization.scarcity_loading != 0;
  check_noise(value, given, utilization.noise, "utilization.", scope);
  const bool readable = given.good("mean") && given.wrong.empty();
  const bool ordered = utilization.min < utilization.mean && utilization.mean < utilization.max;
  if (readable && !ordered)
    scope.fault(value.line, value.column, "utilization", "", "must have min < mean < max",
                "min is 0 and max is 1 unless given");
  return utilization;
}

void read_operator_rate(const TomlValue& table, Resale& resale, const Scope& scope) {
  const TomlValue* value = table.find("operator_rate");
  if (!value) {
    scope.fault(table.line, table.column, "resale.operator_rate", "", "is missing",
                "write a rate per year or \"risk_free\"");
    return;
  }
  if (value->kind == ScalarKind::text && value->text == "risk_free") return;
  if (value->kind == ScalarKind::text) {
    scope.fault(value->scalar(), "resale.operator_rate", "must be a rate or \"risk_free\"");
    return;
  }
  resale.operator_rate =
      read_number(value->scalar(), "resale.operator_rate", between(-1, 1), Unit::rate, scope)
          .value_or(0.0);
}

// The fields that each law has; a field of another law would be read and never used. Multiple and
// curve go with every law: the marks of contracts read them.
bool belongs(ResaleLaw law, std::string_view field) {
  if (field == "law" || field == "multiple" || field == "months" || field == "values") return true;
  return law == ResaleLaw::income;
}

Resale read_resale(const TomlValue& table, const Scope& scope) {
  Resale resale;
  const Given given =
      read_table(table, resale_fields(), resale, "part of resale", scope.part("resale"));
  if (!given.good("law")) return resale;
  const TomlValue& law = *table.find("law");
  for (const TomlEntry& entry : table.entries)
    if (given.has(entry.key) && !belongs(resale.law, entry.key))
      scope.fault(entry.line, entry.column, "resale." + entry.key, "",
                  "does not go with law " + law.text, "remove it");
  if (resale.law == ResaleLaw::income) read_operator_rate(table, resale, scope);
  if (resale.law == ResaleLaw::rental_multiple && !given.has("multiple"))
    scope.fault(table.line, table.column, "resale.multiple", "", "is missing", "add it");
  if (resale.law == ResaleLaw::curve || given.has("months") || given.has("values"))
    resale.curve = read_knots(table, {"months", "values", at_least(0)}, "resale", scope);
  return resale;
}

// Today's rent is rental_rate: a curve that starts today must say the same.
void read_forward_curve(const TomlValue& table, const Given& given, Hardware& hardware,
                        const Scope& scope) {
  const TomlValue* value = table.find("forward_curve");
  if (!value) return;
  hardware.forward_curve =
      read_curve(*value, "forward_curve", {{"months", "values", above(0)}}, scope);
  if (!given.good("rental_rate")) return;
  if (hardware.rental_rate == 0)
    scope.fault(value->line, value->column, "forward_curve", "", "stands beside a rental_rate of 0",
                "write today's rent, or remove the curve");
  const Curve& curve = hardware.forward_curve;
  if (curve.years.front() == 0 && curve.values.front() != hardware.rental_rate)
    scope.fault(value->line, value->column, "forward_curve", "",
                "differs from rental_rate at month 0, which is today's rent",
                "write the same there, or leave month 0 out");
}

void read_segments(const TomlValue& table, Hardware& hardware, const Scope& scope) {
  for (const TomlEntry& entry : table.entries) {
    const auto known = std::find(kSegments.begin(), kSegments.end(), entry.key);
    if (known == kSegments.end()) {
      refuse_unknown(entry.line, entry.column, entry.key, "segment",
                     {kSegments.begin(), kSegments.end()}, scope);
      continue;
    }
    const std::string name = "segments." + entry.key;
    const TomlValue* parts = table_of(&entry.value, name, scope);
    Segment& segment = hardware.segments[entry.key];
    if (!parts) continue;
    const Given given =
        read_table(*parts, segment_fields(), segment, "part of a segment", scope.part(name));
    check_noise(*parts, given, segment.noise, name + '.', scope);
  }
}

// Every line that ages an income costs each path a transform of its own.
void check_strip_lines(const TomlValue& table, const Hardware& hardware, const Scope& scope) {
  if (!hardware.resale || hardware.resale->law != ResaleLaw::income) return;
  std::size_t lines = 0;
  for (const auto& [line, loading] : hardware.launch_loadings) lines += loading != 0 ? 1U : 0U;
  if (lines <= kMostStripLines) return;
  const TomlValue& loadings = *table.find("launch_loadings");
  scope.fault(loadings.line, loadings.column, "launch_loadings", "",
              "has " + std::to_string(lines) + " lines; resale law income takes " +
                  std::to_string(kMostStripLines),
              "leave out the lines with the smallest loadings");
}

// A unit stopped for good is valued on the model's own rents.
void check_end_of_life(const TomlValue& table, const Hardware& hardware, const Scope& scope) {
  if (!hardware.resale || hardware.resale->end_of_life == EndOfLife::mothball) return;
  const TomlValue& resale = *table.find("resale");
  if (!hardware.forward_curve.empty())
    scope.fault(resale.line, resale.column, "resale.end_of_life", "",
                "goes with no forward_curve in this version",
                "write mothball, or remove the curve");
  if (!hardware.utilization || !hardware.operating_cost || !hardware.life_years)
    scope.fault(resale.line, resale.column, "resale.end_of_life", "",
                "needs utilization, operating_cost and life_years of the hardware",
                "add them: the value is an income until the end of life");
}

}  // namespace

Hardware read_hardware(const TomlValue& table, const Scope& top) {
  const Scope scope{top.faults, top.file, block_label("hardware", table, "id")};
  Hardware hardware;
  hardware.where = {scope.file, table.line, table.column};
  const Given given =
      read_table(table, hardware_fields(), hardware, "field of [[hardware]]", scope);
  if (const TomlValue* value = table.find("utilization"))
    hardware.utilization = read_utilization(*value, scope);
  if (const TomlValue* noise = table_of(table.find("idiosyncratic"), "idiosyncratic", scope)) {
    hardware.idiosyncratic.emplace();
    (void)read_table(*noise, own_noise_fields(), *hardware.idiosyncratic, "part of idiosyncratic",
                     scope.part("idiosyncratic"));
  }
  if (const TomlValue* segments = table_of(table.find("segments"), "segments", scope))
    read_segments(*segments, hardware, scope);
  if (const TomlValue* value = table.find("resale")) {
    const TomlValue* parts = table_of(value, "resale", scope);
    hardware.resale = parts ? read_resale(*parts, scope) : Resale{};
  }
  read_forward_curve(table, given, hardware, scope);
  if (const TomlValue* loadings = table_of(table.find("launch_loadings"), "launch_loadings", scope))
    for (const TomlEntry& entry : loadings->entries) {
      const auto x = read_number(entry.value.scalar(), "launch_loadings." + entry.key, at_least(0),
                                 Unit::plain, scope);
      hardware.launch_loadings[entry.key] = x.value_or(0.0);
    }
  check_strip_lines(table, hardware, scope);
  check_end_of_life(table, hardware, scope);
  return hardware;
}

}  // namespace lien::pricing
