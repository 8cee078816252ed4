#pragma once

#include <vector>

#include "pricing/measures/parted_change.hpp"
#include "pricing/report/run_bridge.hpp"
#include "pricing/report/story.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {

// The bridge with market, model and seed parted: values of the runs between, with the standard
// error of every step. The steps sum to the change exactly. Values and tails in one table, the
// allowances in another where the runs have them.
[[nodiscard]] std::vector<StoryTable> change_tables(const Bridge& bridge,
                                                    const PartedChange& parted,
                                                    const MoneyUnit& money);

}  // namespace lien::pricing
