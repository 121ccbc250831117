// A key of a person with several addresses, as chatmail core 2.62.0 has made it, in four copies: the person adds
// addresses and gives them up. Public test data; nobody's key.

#pragma once

#include <openssl/evp.h>

#include <string>
#include <string_view>

namespace tests::chatmail {

inline std::string from_base64(std::string_view text) {
    std::string bytes(text.size() / 4 * 3, '\0');
    EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), reinterpret_cast<const unsigned char*>(text.data()),
                    static_cast<int>(text.size()));
    while (text.ends_with('=')) {
        text.remove_suffix(1);
        bytes.pop_back();
    }
    return bytes;
}

inline constexpr const char* fingerprint = "B959845EFC30497690277C041526A37319B29E55";

/// dora@one.example.
inline std::string one() {
    return from_base64(
        "xjMEawv/bxYJKwYBBAHaRw8BAQdAW79LR6LdJeAJlUsyYf+AObrTXlnTEO5XQ9DlHyidzzrCswQfFggAZQUCawwCLRYhBLlZhF78"
        "MEl2kCd8BBUmo3MZsp5VAhsDAh4JBAsJCAcFFQgJCgsDFgIBAycJAgIZASsUgAAAAAASABByZWxheXNAY2hhdG1haWwuYXRkb3Jh"
        "QG9uZS5leGFtcGxlAAD9JwD/RBYNtEQ/HJO7mofBoxG2peWFGw0ix8cC4QBxmgae51UBAJietwCEhY4KL5CpafWIPDQh9wceKDhH"
        "Zbv9hiNyr94BzRI8ZG9yYUBvbmUuZXhhbXBsZT7CkQQTFggAOQUCawwCLRYhBLlZhF78MEl2kCd8BBUmo3MZsp5VAhsDAh4JBAsJ"
        "CAcFFQgJCgsDFgIBAycJAgIZAQAKCRAVJqNzGbKeVcN+AP9/USHG3QjMn7gsHD9obv4NkeRidtivDm+nC8qG8qwAUAEAio5Nc2cx"
        "mrUJq+UpjK1MB/+Wtr5C88IkHrsYcXns8AfOOARrC/9vEgorBgEEAZdVAQUBAQdABV9MgcKl0rjVS0kksQbZAzrZ/xAOUQNI8Yis"
        "gdTEyT8DAQgHwngEGBYIACAFAmsL/28CGwwWIQS5WYRe/DBJdpAnfAQVJqNzGbKeVQAKCRAVJqNzGbKeVQutAPwLoLPLXzYdv3fk"
        "O56J0Txz1vMhn/DMBF7KtymcJYxvxQD9Hf/up8De1E671YuRyztVsCzUPgOWrHJhpGCpTUCy8AU=");
}

/// dora@two.example, dora@one.example; ten seconds later.
inline std::string two() {
    return from_base64(
        "xjMEawv/bxYJKwYBBAHaRw8BAQdAW79LR6LdJeAJlUsyYf+AObrTXlnTEO5XQ9DlHyidzzrCwAQEHxYIAHYFAmsMAjcWIQS5WYRe"
        "/DBJdpAnfAQVJqNzGbKeVQIbAwIeCQQLCQgHBRUICQoLAxYCAQMnCQICGQE8FIAAAAAAEgAhcmVsYXlzQGNoYXRtYWlsLmF0ZG9y"
        "YUB0d28uZXhhbXBsZSxkb3JhQG9uZS5leGFtcGxlAAAihgD/UhTpxZd3QG29OWfJky9zAfgDwWHYIIphtZXXjD7M0AkA/iJnKPT1"
        "HjpO8dXOMm0pfzP/r/+dyx3aaECNA68VZUUBzRI8ZG9yYUBvbmUuZXhhbXBsZT7CkQQTFggAOQUCawwCNxYhBLlZhF78MEl2kCd8"
        "BBUmo3MZsp5VAhsDAh4JBAsJCAcFFQgJCgsDFgIBAycJAgIZAQAKCRAVJqNzGbKeVU95AP9w+qHqKZvhkMP+HhymPlNIa58NW6bF"
        "D3FNexmthEdHYgEAqmTpsgwKVcAUWqVoTUt7spq+C7zp4ONtQsj2eytqGQ7OOARrC/9vEgorBgEEAZdVAQUBAQdABV9MgcKl0rjV"
        "S0kksQbZAzrZ/xAOUQNI8YisgdTEyT8DAQgHwngEGBYIACAFAmsL/28CGwwWIQS5WYRe/DBJdpAnfAQVJqNzGbKeVQAKCRAVJqNz"
        "GbKeVQutAPwLoLPLXzYdv3fkO56J0Txz1vMhn/DMBF7KtymcJYxvxQD9Hf/up8De1E671YuRyztVsCzUPgOWrHJhpGCpTUCy8AU=");
}

/// dora@three.example, dora@two.example, dora@one.example; ten seconds later.
inline std::string three() {
    return from_base64(
        "xjMEawv/bxYJKwYBBAHaRw8BAQdAW79LR6LdJeAJlUsyYf+AObrTXlnTEO5XQ9DlHyidzzrCwBcEHxYIAIkFAmsMAkEWIQS5WYRe"
        "/DBJdpAnfAQVJqNzGbKeVQIbAwIeCQQLCQgHBRUICQoLAxYCAQMnCQICGQFPFIAAAAAAEgA0cmVsYXlzQGNoYXRtYWlsLmF0ZG9y"
        "YUB0aHJlZS5leGFtcGxlLGRvcmFAdHdvLmV4YW1wbGUsZG9yYUBvbmUuZXhhbXBsZQAAS/kBAMhds5F3Xs8hIsk/QAAxvnVVPN+P"
        "mLgMW5uLedaNXs+QAP9IlJsgx9H9QYrqnjNH9wiELloNmzpLhxA7pzU8XNw6Cc0SPGRvcmFAb25lLmV4YW1wbGU+wpEEExYIADkF"
        "AmsMAkEWIQS5WYRe/DBJdpAnfAQVJqNzGbKeVQIbAwIeCQQLCQgHBRUICQoLAxYCAQMnCQICGQEACgkQFSajcxmynlWtugEAuU8w"
        "5u18Af0hL4Z8Bl0bXqxM8wCG2Tpd7ysccOe5Qg8A/jhv0zlCs14pqss9S+BasbZwdIKlvxanVWeML6ufXDkLzjgEawv/bxIKKwYB"
        "BAGXVQEFAQEHQAVfTIHCpdK41UtJJLEG2QM62f8QDlEDSPGIrIHUxMk/AwEIB8J4BBgWCAAgBQJrC/9vAhsMFiEEuVmEXvwwSXaQ"
        "J3wEFSajcxmynlUACgkQFSajcxmynlULrQD8C6Czy182Hb935DueidE8c9bzIZ/wzAReyrcpnCWMb8UA/R3/7qfA3tROu9WLkcs7"
        "VbAs1D4DlqxyYaRgqU1AsvAF");
}

/// dora@three.example alone; ten seconds later.
inline std::string moved() {
    return from_base64(
        "xjMEawv/bxYJKwYBBAHaRw8BAQdAW79LR6LdJeAJlUsyYf+AObrTXlnTEO5XQ9DlHyidzzrCtQQfFggAZwUCawwCSxYhBLlZhF78"
        "MEl2kCd8BBUmo3MZsp5VAhsDAh4JBAsJCAcFFQgJCgsDFgIBAycJAgIZAS0UgAAAAAASABJyZWxheXNAY2hhdG1haWwuYXRkb3Jh"
        "QHRocmVlLmV4YW1wbGUAADO/AP92855W9Ei6pWrOnYTuR0ZK6wiBSpMPMcac5DKyVt9CYwEAlYTzhVgKY8wfiej+tieGmsqL9ZrZ"
        "l0exBEnHhuFv+ArNFDxkb3JhQHRocmVlLmV4YW1wbGU+wpEEExYIADkFAmsMAksWIQS5WYRe/DBJdpAnfAQVJqNzGbKeVQIbAwIe"
        "CQQLCQgHBRUICQoLAxYCAQMnCQICGQEACgkQFSajcxmynlUkKgD8Ck9ZodGfUeKvFIKFP1L4zI/9ikdTzRwFVsjHvaCe9k0BAIy2"
        "eDElRuiUIKzzCjqVlteuEpMkUEsaimW8Ou6V4mgPzjgEawv/bxIKKwYBBAGXVQEFAQEHQAVfTIHCpdK41UtJJLEG2QM62f8QDlED"
        "SPGIrIHUxMk/AwEIB8J4BBgWCAAgBQJrC/9vAhsMFiEEuVmEXvwwSXaQJ3wEFSajcxmynlUACgkQFSajcxmynlULrQD8C6Czy182"
        "Hb935DueidE8c9bzIZ/wzAReyrcpnCWMb8UA/R3/7qfA3tROu9WLkcs7VbAs1D4DlqxyYaRgqU1AsvAF");
}

/// The secret key.
inline std::string secret() {
    return from_base64(
        "xVgEawv/bxYJKwYBBAHaRw8BAQdAW79LR6LdJeAJlUsyYf+AObrTXlnTEO5XQ9DlHyidzzoAAQDKRZAco2jMrP0BnoHRH4ySCUz1"
        "3OhwfV7OKKmB04ocVhCyzRI8ZG9yYUBvbmUuZXhhbXBsZT7CjwQTFggANwUCawv/bxYhBLlZhF78MEl2kCd8BBUmo3MZsp5VAhsD"
        "Ah4JBAsJCAcFFQgJCgsDFgIBAScCGQEACgkQFSajcxmynlUYVAEAvBKXjB2YzEbh8uB4nehIVUkAeEzti1npA0K/mWGxwaoBAP68"
        "bDgIcGPmYxQnph4IEeY45dkxJmoMchV+ypXSEAQLx10Eawv/bxIKKwYBBAGXVQEFAQEHQAVfTIHCpdK41UtJJLEG2QM62f8QDlED"
        "SPGIrIHUxMk/AwEIBwAA/07N1d7Hc2s8vlQUXdktlK/rR0CXR8M8rynTT/cee0GAERTCeAQYFggAIAUCawv/bwIbDBYhBLlZhF78"
        "MEl2kCd8BBUmo3MZsp5VAAoJEBUmo3MZsp5VC60A/Augs8tfNh2/d+Q7nonRPHPW8yGf8MwEXsq3KZwljG/FAP0d/+6nwN7UTrvV"
        "i5HLO1WwLNQ+A5ascmGkYKlNQLLwBQ==");
}

}  // namespace tests::chatmail
