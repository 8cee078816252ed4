#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace lien::pricing {

// Running SHA-256 of bytes as they pass.
class Sha256 {
 public:
  Sha256();  // std::bad_alloc if OpenSSL has no memory
  void update(std::string_view bytes);
  // Ends the hash: its 32 bytes. Call once.
  [[nodiscard]] std::string finish();

 private:
  std::shared_ptr<void> context_;  // OpenSSL's, kept out of this header
};

// 64 lower-case hexadecimal digits of 32 bytes, and the base64 that a content security policy
// wants.
[[nodiscard]] std::string hexadecimal(std::string_view bytes);
[[nodiscard]] std::string base64(std::string_view bytes);
[[nodiscard]] std::string sha256(std::string_view bytes);  // the 32 bytes

// A file as a manifest states it.
struct FileDigest {
  std::string path;
  std::uint64_t bytes = 0;
  std::string sha256;  // hexadecimal
};

// Reads the file in chunks. Throws OutputError (input-output) if it cannot be read.
[[nodiscard]] FileDigest digest_of_file(const std::string& path);

}  // namespace lien::pricing
