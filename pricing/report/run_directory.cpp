#include "pricing/report/run_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace lien::pricing {
namespace {

namespace fs = std::filesystem;
using Kind = OutputError::Kind;

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

void remove_entries(const fs::path& folder) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    fs::remove_all(entry.path(), error);
    if (error)
      throw OutputError(Kind::cannot_create, "remove", entry.path().string(), error.value());
  }
  if (error) throw OutputError(Kind::cannot_create, "read", folder.string(), error.value());
}

}  // namespace

RunDirectory::RunDirectory(const std::string& name, bool overwrite) : overwrite_(overwrite) {
  final_ = fs::path(name).lexically_normal();
  if (!final_.has_filename()) final_ = final_.parent_path();  // "out/"
  if (final_.empty() || final_ == "." || final_ == ".." || final_ == final_.root_path())
    throw OutputError(Kind::cannot_create, "'" + name + "' cannot be a run directory");
  partial_ = final_;
  partial_ += ".partial";
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
  try {
    remove_entries(partial_);
  } catch (...) {
    ::close(lock_);
    throw;
  }
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
  sync_folder(final_.has_parent_path() ? final_.parent_path() : fs::path("."));
}

}  // namespace lien::pricing
