#include <nlohmann/json.hpp>

#include "engine/kernels/instruction_set.hpp"
#include "pricing/cli/commands.hpp"
#include "pricing/cli/console.hpp"

namespace lien::pricing {

int version_command(const Options& options) {
  const BuildFacts build = build_facts();
  engine::choose_instruction_set();
  if (options.json) {
    nlohmann::ordered_json object = {{"program", "lien"},
                                     {"version", build.version},
                                     {"commit", build.commit},
                                     {"compiler", build.compiler},
                                     {"instruction_set", engine::instruction_set()}};
    for (const auto& [name, version] : build.libraries) object["libraries"][name] = version;
    print(object.dump(2) + "\n");
    return kDone;
  }
  std::string text = "lien " + build.version + "\n";
  text += "commit           " + build.commit + "\n";
  text += "compiler         " + build.compiler + "\n";
  text += "instruction set  " + engine::instruction_set() + "\n";
  text += "libraries       ";
  for (const auto& [name, version] : build.libraries) text += " " + name + " " + version;
  print(text + "\n");
  return kDone;
}

}  // namespace lien::pricing
