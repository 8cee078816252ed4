#include "pricing/report/checkpoints.hpp"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <utility>

#include "pricing/report/file_digest.hpp"

namespace lien::pricing {
namespace {

// A file: these words, the identity, the state, and the SHA-256 of all before it.
constexpr std::string_view kFormat = "lien checkpoint 1\n";
constexpr std::size_t kHash = 32;
// A simulation shorter than this share of the time between two states is not kept.
constexpr double kKeptShare = 1.0 / 30;
// From the wish to stop to the end of the tasks that run: who asks waits two seconds.
constexpr double kStopSeconds = 1.2;

}  // namespace

Checkpoints::Checkpoints(std::string folder, double seconds, const std::atomic<bool>& stop)
    : folder_(std::move(folder)), seconds_(seconds), stop_(&stop), last_(Clock::now()) {}

std::string Checkpoints::file(std::uint64_t number) const {
  return folder_ + "/" + std::to_string(number);
}

std::optional<std::string> Checkpoints::load(std::uint64_t number,
                                             std::string_view identity) const {
  std::ifstream stream(file(number), std::ios::binary);
  if (!stream) return std::nullopt;
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  const std::string head = std::string(kFormat) + std::string(identity);
  if (bytes.size() < head.size() + kHash || bytes.compare(0, head.size(), head) != 0)
    return std::nullopt;
  const std::string_view hashed(bytes.data(), bytes.size() - kHash);
  if (sha256(hashed) != std::string_view(bytes).substr(hashed.size())) return std::nullopt;
  return bytes.substr(head.size(), hashed.size() - head.size());
}

void Checkpoints::save(std::uint64_t number, std::string_view identity,
                       const std::function<void(const Put&)>& write_state) noexcept {
  try {
    // Beside it, then in its place: who is killed here leaves the state before. Not synced: a file
    // that a power cut leaves torn says so itself, and costs what a state less costs.
    const std::string path = file(number), beside = path + ".new";
    Sha256 hash;
    std::ofstream stream(beside, std::ios::binary | std::ios::trunc);
    const Put put = [&](std::string_view part) {
      hash.update(part);
      stream.write(part.data(), static_cast<std::streamsize>(part.size()));
    };
    put(kFormat);
    put(identity);
    write_state(put);
    const std::string sum = hash.finish();
    stream.write(sum.data(), static_cast<std::streamsize>(sum.size()));
    stream.close();
    if (!stream || std::rename(beside.c_str(), path.c_str()) != 0) failed_ = true;
  } catch (const std::exception&) {
    failed_ = true;
  }
  last_ = Clock::now();
}

bool Checkpoints::due() const noexcept {
  return std::chrono::duration<double>(Clock::now() - last_).count() >= seconds_;
}

bool Checkpoints::abandons() noexcept {
  if (!stops()) return false;
  const Clock::rep now = Clock::now().time_since_epoch().count();
  Clock::rep seen = 0;
  if (stop_seen_.compare_exchange_strong(seen, now)) seen = now;
  return std::chrono::duration<double>(Clock::duration(now - seen)).count() > kStopSeconds;
}

bool Checkpoints::keeps(double seconds_taken) const noexcept {
  return seconds_taken >= seconds_ * kKeptShare;
}

}  // namespace lien::pricing
