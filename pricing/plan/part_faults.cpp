#include <utility>

#include "pricing/plan/vehicle_work.hpp"

// Faults that show once a vehicle's dates are on the grid, at the field that is to be mended.
namespace lien::pricing {

void refuse_part(VehicleWork& work, const VehiclePart& part, const std::vector<std::string>& fields,
                 std::string problem, std::string remedy) {
  const std::string label = "vehicle " + work.terms.id + " " + part.kind + " " + part.id;
  const RowSource& source = work.terms.source;
  for (const std::string& field : fields) {
    const Location where = source.at(part.kind + "." + part.id + "." + field);
    if (where.column == 0) continue;
    work.faults.push_back(
        {where, label + " / " + field, "", std::move(problem), std::move(remedy)});
    return;
  }
  work.faults.push_back(
      {{source.file, source.line, 0}, label, "", std::move(problem), std::move(remedy)});
}

}  // namespace lien::pricing
