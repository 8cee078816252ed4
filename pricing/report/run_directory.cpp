#include "pricing/report/run_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <utility>

namespace lien::pricing {
namespace {

namespace fs = std::filesystem;
using Kind = OutputError::Kind;

constexpr const char* kPartial = ".partial";

// The final folder that a name means.
fs::path named(const std::string& name) {
  fs::path folder = fs::path(name).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();  // "out/"
  if (folder.empty() || folder == "." || folder == ".." || folder == folder.root_path())
    throw OutputError(Kind::cannot_create, "'" + name + "' cannot be a run directory");
  return folder;
}

void refuse_existing(const fs::path& name, bool overwrite) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(name, error);
  if (status.type() == fs::file_type::not_found) return;
  if (status.type() == fs::file_type::none)
    throw OutputError(Kind::cannot_create, "create", name.string(), error.value());
  if (!overwrite)
    throw OutputError(Kind::cannot_create, name.string() +
                                               " exists and is left as it is; write to another "
                                               "folder with --out, or replace it with --overwrite");
  const bool replaceable = fs::is_directory(status) &&
                           (fs::exists(name / "manifest.json", error) || fs::is_empty(name, error));
  if (!replaceable)
    throw OutputError(Kind::cannot_create, name.string() +
                                               " is no run directory (it has no manifest.json), so "
                                               "--overwrite leaves it alone; name another folder");
}

void sync_file(const fs::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags);
  if (descriptor < 0) throw OutputError(Kind::input_output, "open", path.string(), errno);
  const int failed = ::fsync(descriptor);
  const int reason = errno;
  ::close(descriptor);
  // EINVAL: a file system that cannot sync folders.
  if (failed != 0 && reason != EINVAL && reason != ENOTSUP)
    throw OutputError(Kind::input_output, "write", path.string(), reason);
}

void sync_folder(const fs::path& folder) { sync_file(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC); }

// The folder with its lock held; the kernel drops the lock when the process ends, however it ends.
int locked_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) throw OutputError(Kind::cannot_create, "create", folder.string(), errno);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(descriptor);
    throw OutputError(Kind::cannot_create,
                      folder.string() +
                          " is being written by another run; wait for it, or name "
                          "another folder with --out");
  }
  return descriptor;  // a file system without locks: go on without
}

constexpr const char* kCheckpoints = "checkpoint";

// All but the one of this name; null: all.
void remove_entries(const fs::path& folder, const char* kept) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (kept != nullptr && entry.path().filename() == kept) continue;
    fs::remove_all(entry.path(), error);
    if (error)
      throw OutputError(Kind::cannot_create, "remove", entry.path().string(), error.value());
  }
  if (error) throw OutputError(Kind::cannot_create, "read", folder.string(), error.value());
}

fs::path partial_of(fs::path folder) { return folder += kPartial; }

// Whether a run of ours keeps its states in this folder; somebody's own may be called as it is.
bool is_ours(const fs::path& checkpoints) {
  const std::string head = std::string("{\n  \"") + kRunFileKey + "\": \"" + kRunFileValue + "\"";
  std::string found(head.size(), ' ');
  std::ifstream stream(checkpoints / kRunFile, std::ios::binary);
  return stream.read(found.data(), static_cast<std::streamsize>(found.size())) && found == head;
}

// Of a run that is complete. The file by which the folder is known goes last, so that who is killed
// here leaves a folder that is still known.
void remove_checkpoints(const fs::path& folder) {
  if (!is_ours(folder)) return;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
    if (entry.path().filename() != kRunFile) fs::remove_all(entry.path(), error);
  fs::remove_all(folder, error);
}

}  // namespace

RunDirectory::RunDirectory(const std::string& name, bool overwrite) : overwrite_(overwrite) {
  shown_ = final_ = named(name);
  partial_ = partial_of(final_);
  refuse_existing(final_, overwrite_);
  std::error_code error;
  if (final_.has_parent_path()) {
    fs::create_directories(final_.parent_path(), error);
    if (error)
      throw OutputError(Kind::cannot_create, "create", final_.parent_path().string(),
                        error.value());
  }
  fs::create_directory(partial_, error);
  if (error) throw OutputError(Kind::cannot_create, "create", partial_.string(), error.value());
  lock_ = locked_folder(partial_);
  replaces_interrupted_ = fs::exists(partial_ / kCheckpoints, error);
  try {
    remove_entries(partial_, nullptr);
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

bool RunDirectory::is_interrupted(const std::string& name) {
  fs::path folder = fs::path(name).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  return is_ours(partial_of(folder) / kCheckpoints) ||
         (folder.extension() == kPartial && is_ours(folder / kCheckpoints));
}

bool RunDirectory::is_complete(const std::string& name) {
  const fs::path folder = named(name);
  std::error_code error;
  if (!fs::exists(folder / "manifest.json", error) || fs::exists(partial_of(folder), error))
    return false;
  // NAME.partial of a run that was killed before its last step.
  if (folder.extension() == kPartial && is_ours(folder / kCheckpoints)) return false;
  remove_checkpoints(folder / kCheckpoints);  // of a run that was killed as it ended
  return true;
}

RunDirectory RunDirectory::interrupted(const std::string& name) {
  RunDirectory directory;
  // Until all is well, nothing is removed.
  directory.leave();
  std::error_code error;
  fs::path& shown = directory.shown_ = named(name);
  if (shown.extension() == kPartial && !fs::exists(partial_of(shown) / kCheckpoints, error))
    shown.replace_extension();
  directory.final_ = fs::absolute(shown, error);
  directory.partial_ = partial_of(directory.final_);
  if (error || !fs::exists(directory.partial_ / kCheckpoints, error))
    throw OutputError(
        Kind::cannot_create,
        directory.partial_path() + " holds no interrupted run; begin one with lien run");
  directory.lock_ = locked_folder(directory.partial_);
  if (is_ours(directory.partial_ / kCheckpoints)) remove_entries(directory.partial_, kCheckpoints);
  directory.committed_ = false;
  return directory;
}

RunDirectory::RunDirectory(RunDirectory&& other) noexcept
    : shown_(std::move(other.shown_)),
      final_(std::move(other.final_)),
      partial_(std::move(other.partial_)),
      overwrite_(other.overwrite_),
      committed_(std::exchange(other.committed_, true)),
      replaces_interrupted_(other.replaces_interrupted_),
      lock_(std::exchange(other.lock_, -1)) {}

std::string RunDirectory::partial_path() const { return partial_of(shown_).string(); }

std::string RunDirectory::checkpoint_folder() const {
  const fs::path folder = partial_ / kCheckpoints;
  std::error_code error;
  fs::create_directory(folder, error);
  if (error) throw OutputError(Kind::cannot_create, "create", folder.string(), error.value());
  return folder.string();
}

void RunDirectory::set_overwrite(bool overwrite) {
  overwrite_ = overwrite;
  refuse_existing(final_, overwrite_);
}

RunDirectory::~RunDirectory() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(partial_, ignored);
  if (lock_ >= 0) ::close(lock_);
}

std::unique_ptr<OutputFile> RunDirectory::create(const std::string& file) const {
  return std::make_unique<OutputFile>((partial_ / file).string(), file);
}

std::string RunDirectory::claim(const std::string& file) const {
  static_cast<void>(create(file)->close());
  return (partial_ / file).string();
}

FileDigest RunDirectory::finish(const std::string& file) const {
  const std::string path = (partial_ / file).string();
  sync_file(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  FileDigest digest = digest_of_file(path);
  digest.path = file;
  return digest;
}

void RunDirectory::commit() {
  sync_folder(partial_);
  const auto move = [](const fs::path& from, const fs::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0)
      throw OutputError(errno == EIO || errno == ENOSPC ? Kind::input_output : Kind::cannot_create,
                        "rename " + from.string() + " to", to.string(), errno);
  };
  // Asked again: the name may have been taken while the run computed.
  refuse_existing(final_, overwrite_);
  std::error_code error;
  if (fs::exists(final_, error)) {
    fs::path replaced = final_;
    replaced += ".replaced.partial";
    fs::remove_all(replaced, error);
    move(final_, replaced);
    try {
      move(partial_, final_);
    } catch (...) {
      ::rename(replaced.c_str(), final_.c_str());
      throw;
    }
    fs::remove_all(replaced, error);
  } else {
    move(partial_, final_);
  }
  committed_ = true;
  // Last: who is killed before has all that it takes to go on, and after it is done.
  remove_checkpoints(final_ / kCheckpoints);
  sync_folder(final_.has_parent_path() ? final_.parent_path() : fs::path("."));
}

}  // namespace lien::pricing
