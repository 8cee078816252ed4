// What run_shards.py is tried on: a program of GoogleTest that fails as it is told to.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace {

bool told(const char* what) {
  const char* text = std::getenv("LIEN_SAMPLE");
  return text != nullptr && std::string(text) == what;
}

TEST(Sample, Passes) {}

TEST(Sample, MayFail) { EXPECT_FALSE(told("fail")) << "it was told to"; }

TEST(Sample, MayAbort) {
  if (told("abort")) std::abort();
}

TEST(Sample, MayEnd) {
  if (told("end")) std::exit(0);
}

TEST(Sample, MaySkip) {
  if (told("skip")) GTEST_SKIP();
}

TEST(Sample, DISABLED_IsOff) { FAIL(); }

class Each : public testing::TestWithParam<int> {};
TEST_P(Each, MayFail) { EXPECT_FALSE(told("each") && GetParam() == 2); }
INSTANTIATE_TEST_SUITE_P(Numbers, Each, testing::Range(0, 20));

}  // namespace
