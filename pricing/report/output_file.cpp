#include "pricing/report/output_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace lien::pricing {
namespace {

constexpr std::size_t kBufferBytes = 1 << 20;

std::string sentence_of(std::string_view action, std::string_view path, int error_number) {
  return "cannot " + std::string(action) + " " + std::string(path) + ": " +
         std::generic_category().message(error_number);
}

}  // namespace

OutputError::OutputError(Kind kind, std::string_view action, std::string_view path,
                         int error_number)
    : std::runtime_error(sentence_of(action, path, error_number)), kind_(kind) {}

OutputFile::OutputFile(std::string path, std::string name)
    : path_(std::move(path)), name_(std::move(name)) {
  buffer_.reserve(kBufferBytes);
  file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file_ < 0) throw OutputError(OutputError::Kind::cannot_create, "create", path_, errno);
}

OutputFile::~OutputFile() {
  if (file_ >= 0) ::close(file_);
}

void OutputFile::write(std::string_view bytes) {
  if (buffer_.size() + bytes.size() > kBufferBytes) flush();
  buffer_ += bytes;
}

void OutputFile::flush() {
  hash_.update(buffer_);
  bytes_ += buffer_.size();
  std::string_view left = buffer_;
  while (!left.empty()) {  // a write may be short
    const ssize_t put = ::write(file_, left.data(), left.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw OutputError(OutputError::Kind::input_output, "write", path_, errno);
    if (put == 0) throw OutputError(OutputError::Kind::input_output, "write", path_, ENOSPC);
    left.remove_prefix(static_cast<std::size_t>(put));
  }
  buffer_.clear();
}

FileDigest OutputFile::close() {
  flush();
  // EINVAL: a file system that cannot sync, as some network mounts; the bytes are written.
  if (::fsync(file_) != 0 && errno != EINVAL && errno != ENOTSUP)
    throw OutputError(OutputError::Kind::input_output, "write", path_, errno);
  const int file = file_;
  file_ = -1;
  if (::close(file) != 0 && errno != EINTR)
    throw OutputError(OutputError::Kind::input_output, "close", path_, errno);
  return {.path = name_, .bytes = bytes_, .sha256 = hexadecimal(hash_.finish())};
}

}  // namespace lien::pricing
