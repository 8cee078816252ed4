#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "pricing/report/output_file.hpp"

namespace lien::pricing {

// The file that says what an interrupted run was asked for, and the entry that it begins with: a
// folder that holds one is ours.
inline constexpr const char* kRunFile = "run.json";
inline constexpr const char* kRunFileKey = "kept_by";
inline constexpr const char* kRunFileValue = "lien run";

// A run directory in the making. Files are written to NAME.partial, which commit() renames to NAME
// when all of them are on disk: a reader finds a complete directory or none. A lock keeps two live
// runs out of one another's files. What an interrupted run needs to go on lies in a folder of
// NAME.partial until then.
class RunDirectory {
 public:
  // Claims the name before anything is computed. What an interrupted run left at NAME.partial is
  // replaced. Throws OutputError (cannot create) if NAME exists and `overwrite` is false, if it
  // exists and is no run directory (no manifest.json, not empty), if another run is writing it, or
  // if NAME.partial cannot be made.
  RunDirectory(const std::string& name, bool overwrite);
  // Claims what an interrupted run left at NAME.partial: its checkpoints stay, half-written result
  // files go. The name is that of the run; or NAME.partial, where that is no run's own. Goes on
  // being that directory whatever the current folder is later. Throws OutputError (cannot create)
  // if there is none, or another run is writing it.
  [[nodiscard]] static RunDirectory interrupted(const std::string& name);
  // True if interrupted() would find a run to go on with, or one is on its way.
  [[nodiscard]] static bool is_interrupted(const std::string& name);
  // True if NAME is there and nothing goes on beside it.
  [[nodiscard]] static bool is_complete(const std::string& name);
  RunDirectory(RunDirectory&& other) noexcept;
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;
  ~RunDirectory();  // without commit() or leave(): removes NAME.partial

  [[nodiscard]] std::unique_ptr<OutputFile> create(const std::string& file) const;
  // For a file that a library writes by its path: claims the name as create() does, as an empty
  // file, and returns where it is; finish() syncs what was written there and hashes it.
  [[nodiscard]] std::string claim(const std::string& file) const;
  [[nodiscard]] FileDigest finish(const std::string& file) const;
  // Puts the directory in place of NAME. Throws OutputError; NAME is then what it was before.
  void commit();
  // Leaves NAME.partial as it is, for a run that goes on.
  void leave() noexcept { committed_ = true; }
  // After commit() (or leave()): nothing of the run can be lost any more.
  [[nodiscard]] bool committed() const noexcept { return committed_; }
  // Where an interrupted run is kept: made by the first call.
  [[nodiscard]] std::string checkpoint_folder() const;
  // True if a run was interrupted there, and this one began anew.
  [[nodiscard]] bool replaces_interrupted() const noexcept { return replaces_interrupted_; }
  // Whether NAME may be replaced by commit(), for a run that goes on.
  void set_overwrite(bool overwrite);
  // For messages: the directory as it was named, and where its files are until it is complete.
  [[nodiscard]] std::string path() const { return shown_.string(); }
  [[nodiscard]] std::string partial_path() const;
  // Where the files are until then, for a library's temporary ones.
  [[nodiscard]] std::string folder() const { return partial_.string(); }

 private:
  std::filesystem::path shown_, final_, partial_;
  RunDirectory() = default;
  bool overwrite_ = false, committed_ = false, replaces_interrupted_ = false;
  int lock_ = -1;
};

}  // namespace lien::pricing
