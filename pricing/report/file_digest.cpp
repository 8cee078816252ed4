#include "pricing/report/file_digest.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <vector>

#include "pricing/report/output_file.hpp"

namespace lien::pricing {

Sha256::Sha256()
    : context_(EVP_MD_CTX_new(), [](void* c) { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(c)); }) {
  auto* context = static_cast<EVP_MD_CTX*>(context_.get());
  if (context == nullptr || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1)
    throw std::bad_alloc();
}

void Sha256::update(std::string_view bytes) {
  EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_.get()), bytes.data(), bytes.size());
}

std::string Sha256::finish() {
  std::string hash(32, '\0');
  EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(context_.get()),
                     reinterpret_cast<unsigned char*>(hash.data()), nullptr);
  return hash;
}

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

std::string hexadecimal(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string base64(std::string_view bytes) {
  std::vector<unsigned char> text(4 * ((bytes.size() + 2) / 3) + 1);
  const int length =
      EVP_EncodeBlock(text.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  return {text.begin(), text.begin() + length};
}

FileDigest digest_of_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw OutputError(OutputError::Kind::input_output, "read", path, errno);
  const std::shared_ptr<void> closer(nullptr, [file](void*) { ::close(file); });
  FileDigest digest{.path = path, .bytes = 0, .sha256 = {}};
  Sha256 hash;
  std::vector<char> chunk(1 << 18);
  for (;;) {
    const ssize_t got = ::read(file, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw OutputError(OutputError::Kind::input_output, "read", path, errno);
    if (got == 0) break;
    hash.update({chunk.data(), static_cast<std::size_t>(got)});
    digest.bytes += static_cast<std::uint64_t>(got);
  }
  digest.sha256 = hexadecimal(hash.finish());
  return digest;
}

}  // namespace lien::pricing
