#include "pricing/contract/contract.hpp"

// The special members of large structures, compiled once: inline they were a third of every test's
// compile time.
namespace lien::pricing {

Loan::Loan() = default;
Loan::Loan(const Loan&) = default;
Loan::Loan(Loan&&) noexcept = default;
Loan& Loan::operator=(const Loan&) = default;
Loan& Loan::operator=(Loan&&) noexcept = default;
Loan::~Loan() = default;

Book::Book() = default;
Book::Book(const Book&) = default;
Book::Book(Book&&) noexcept = default;
Book& Book::operator=(const Book&) = default;
Book& Book::operator=(Book&&) noexcept = default;
Book::~Book() = default;

}  // namespace lien::pricing
