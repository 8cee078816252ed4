#pragma once

#include "pricing/book/actus_values.hpp"

namespace lien::pricing {

// Reads the terms of one contract, children included. nested: it is the child of another one, whose
// contractRole does not matter. False after a fault.
bool read_actus_terms(const JsonValue& object, actus::Terms& terms, bool nested,
                      const TermScope& scope);

// Terms that a contract of its type must have, and what must agree between them.
void check_actus_terms(const JsonValue& object, const actus::Terms& terms, bool nested,
                       const TermScope& scope);

// arrayNextPrincipalRedemptionPayment and its like.
void read_actus_steps(const JsonValue& object, actus::Terms& terms, const TermScope& scope);

// contractStructure.
void read_actus_structure(const JsonValue& list, actus::Terms& terms, const TermScope& scope);

}  // namespace lien::pricing
