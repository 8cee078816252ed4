#pragma once

#include <optional>
#include <string_view>

namespace lien::pricing {

// Place of a rating among its agency's, 0 the best (AAA, Aaa), 20 the last before default (C); none
// if it is no rating. Of one grade: BBB- and Baa3.
[[nodiscard]] std::optional<int> rating_grade(std::string_view rating) noexcept;

}  // namespace lien::pricing
