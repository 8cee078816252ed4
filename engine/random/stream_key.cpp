#include "engine/random/stream_key.hpp"

namespace lien::engine {
namespace {

constexpr std::uint64_t absorb_byte(std::uint64_t hash, unsigned char byte) {
  return (hash ^ byte) * 0x100000001b3ull;
}

constexpr std::uint64_t absorb(std::uint64_t hash, std::uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    hash = absorb_byte(hash, static_cast<unsigned char>(number >> (8 * i)));
  }
  return hash;
}

constexpr std::uint64_t splitmix_finalise(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

}  // namespace

PhiloxKey stream_key(std::uint64_t seed, StreamKind kind, std::string_view id) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  hash = absorb(hash, seed, 8);
  hash = absorb(hash, static_cast<std::uint32_t>(kind), 4);
  for (const char c : id) hash = absorb_byte(hash, static_cast<unsigned char>(c));
  hash = splitmix_finalise(hash);
  return {static_cast<std::uint32_t>(hash), static_cast<std::uint32_t>(hash >> 32)};
}

}  // namespace lien::engine
