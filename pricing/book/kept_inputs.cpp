#include "pricing/book/kept_inputs.hpp"

#include <filesystem>

namespace lien::pricing {

std::string kept_name(const std::string& path) {
  namespace fs = std::filesystem;
  const fs::path given = fs::path(path).lexically_normal();
  fs::path kept = given.is_absolute() ? fs::path("_root") : fs::path();
  for (const fs::path& part : given.relative_path()) kept /= part == ".." ? fs::path("_up") : part;
  return kept.generic_string();
}

}  // namespace lien::pricing
