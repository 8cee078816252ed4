#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "pricing/report/file_digest.hpp"

namespace lien::pricing {

// A file or folder that could not be created (exit 73), or an input-output error on one that was
// open, a full disk included (exit 74). what() names the path and the system's reason.
class OutputError : public std::runtime_error {
 public:
  enum class Kind { cannot_create, input_output };
  OutputError(Kind kind, std::string_view action, std::string_view path, int error_number);
  OutputError(Kind kind, const std::string& sentence) : std::runtime_error(sentence), kind_(kind) {}
  [[nodiscard]] Kind kind() const noexcept { return kind_; }

 private:
  Kind kind_;
};

// A new file, written through one large buffer and hashed as it goes, so that a table of a hundred
// megabytes is read by nobody twice. Complete only after close(): every error is thrown there or
// before, since a disk may be found full as late as at fsync.
class OutputFile {
 public:
  // Creates `path`; it must not exist. `name` is how the manifest calls it.
  OutputFile(std::string path, std::string name);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  void write(std::string_view bytes);
  // Flushes, syncs to disk, closes; returns what the manifest states. Call once, last.
  FileDigest close();

 private:
  void flush();

  std::string path_, name_;
  int file_ = -1;
  std::string buffer_;
  std::uint64_t bytes_ = 0;
  Sha256 hash_;
};

}  // namespace lien::pricing
