#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "pricing/report/output_file.hpp"

namespace lien::pricing {

// A run directory in the making. Files are written to NAME.partial, which commit() renames to NAME
// when all of them are on disk: a reader finds a complete directory or none. What a killed run left
// at NAME.partial is replaced; a lock keeps two live runs out of one another's files.
class RunDirectory {
 public:
  // Claims the name before anything is computed. Throws OutputError (cannot create) if NAME exists
  // and `overwrite` is false, if it exists and is no run directory (no manifest.json, not empty),
  // if another run is writing it, or if NAME.partial cannot be made.
  RunDirectory(const std::string& name, bool overwrite);
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;
  ~RunDirectory();  // without a commit: removes NAME.partial

  [[nodiscard]] std::unique_ptr<OutputFile> create(const std::string& file) const;
  // For a file that a library writes by its path: claims the name as create() does, as an empty
  // file, and returns where it is; finish() syncs what was written there and hashes it.
  [[nodiscard]] std::string claim(const std::string& file) const;
  [[nodiscard]] FileDigest finish(const std::string& file) const;
  // Puts the directory in place of NAME. Throws OutputError; NAME is then what it was before.
  void commit();
  [[nodiscard]] std::string path() const { return final_.string(); }
  // Where the files are until then, for a library's temporary ones.
  [[nodiscard]] std::string folder() const { return partial_.string(); }

 private:
  std::filesystem::path final_, partial_;
  bool overwrite_ = false, committed_ = false;
  int lock_ = -1;
};

}  // namespace lien::pricing
