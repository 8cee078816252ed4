#include "pricing/report/checkpoints.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
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

// The bytes of a file, held once; empty where it cannot be read.
std::string bytes_of(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  std::string bytes(error ? 0 : size, '\0');
  std::ifstream stream(path, std::ios::binary);
  if (!stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) bytes.clear();
  return bytes;
}

}  // namespace

Checkpoints::Checkpoints(std::string folder, double seconds, const StopTime& stop)
    : folder_(std::move(folder)),
      seconds_(seconds),
      stop_(&stop),
      question_([&stop] { return stop.load(std::memory_order_relaxed) != 0; }),
      last_(Clock::now()) {}

std::string Checkpoints::file(std::uint64_t number) const {
  return folder_ + "/" + std::to_string(number);
}

std::optional<std::string> Checkpoints::load(std::uint64_t number,
                                             std::string_view identity) const {
  std::string bytes = bytes_of(file(number));
  const std::string head = std::string(kFormat) + std::string(identity);
  if (bytes.size() < head.size() + kHash || bytes.compare(0, head.size(), head) != 0)
    return std::nullopt;
  const std::string_view hashed(bytes.data(), bytes.size() - kHash);
  if (sha256(hashed) != std::string_view(bytes).substr(hashed.size())) return std::nullopt;
  bytes.resize(hashed.size());
  bytes.erase(0, head.size());
  return bytes;
}

void Checkpoints::save(std::uint64_t number, std::string_view identity,
                       const std::function<void(const Put&)>& write_state) noexcept {
  // Beside it, then in its place: who is killed here leaves the state before. Not synced: a file
  // that a power cut leaves torn says so itself, and costs what a state less costs.
  std::string beside;
  bool saved = false;
  try {
    const std::string path = file(number);
    beside = path + ".new";
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
    saved = stream && std::rename(beside.c_str(), path.c_str()) == 0;
  } catch (const std::exception&) {
    saved = false;
  }
  if (!saved && !beside.empty()) std::remove(beside.c_str());
  (saved ? any_kept_ : failed_) = true;
  last_ = Clock::now();
}

bool Checkpoints::due() const noexcept {
  return std::chrono::duration<double>(Clock::now() - last_).count() >= seconds_;
}

bool Checkpoints::abandons() const noexcept {
  const Clock::rep asked = stop_->load(std::memory_order_relaxed);
  if (asked == 0) return false;
  const Clock::duration since = Clock::now().time_since_epoch() - Clock::duration(asked);
  return std::chrono::duration<double>(since).count() > kStopSeconds;
}

bool Checkpoints::keeps(double seconds_taken) const noexcept {
  return seconds_taken >= seconds_ * kKeptShare;
}

}  // namespace lien::pricing
