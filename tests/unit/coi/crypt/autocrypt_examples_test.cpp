// The example mails of Autocrypt Level 1, word for word; GnuPG made their keys.

#include <gtest/gtest.h>

#include <sstream>

#include "coi/crypt/autocrypt.h"
#include "coi/crypt/openpgp.h"
#include "coi/crypt/setup_message.h"
#include "coi/mail/header.h"
#include "coi/message.h"

namespace coi::autocrypt {
namespace {

const Address alice{"", "alice", "autocrypt.example"};
// Alice's key is valid from January 2019 until January 2021.
const std::chrono::sys_seconds then{std::chrono::sys_days{std::chrono::year(2019) / 6 / 1}};
constexpr const char* fingerprint = "EB85BB5FA33A75E15E944E63F231550C4F47E38E";

TEST(AutocryptLevel1, ExampleAutocryptHeaders) {
    const std::string mail = R"(Delivered-To: <bob@autocrypt.example>
From: Alice <alice@autocrypt.example>
To: Bob <bob@autocrypt.example>
Subject: an Autocrypt header example using Ed25519+Cv25519 key
Autocrypt: addr=alice@autocrypt.example; prefer-encrypt=mutual; keydata=
 mDMEXEcE6RYJKwYBBAHaRw8BAQdArjWwk3FAqyiFbFBKT4TzXcVBqPTB3gmzlC/Ub7O1u120F2F
 saWNlQGF1dG9jcnlwdC5leGFtcGxliJYEExYIAD4WIQTrhbtfozp14V6UTmPyMVUMT0fjjgUCXE
 cE6QIbAwUJA8JnAAULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAKCRDyMVUMT0fjjkqLAP9frlijw
 BJvA+HFnqCZcYIVxlyXzS5Gi5gMTpp37K73jgD/VbKYhkwk9iu689OYH4K7q7LbmdeaJ+RX88Y/
 ad9hZwy4OARcRwTpEgorBgEEAZdVAQUBAQdAQv8GIa2rSTzgqbXCpDDYMiKRVitCsy203x3sE9+
 eviIDAQgHiHgEGBYIACAWIQTrhbtfozp14V6UTmPyMVUMT0fjjgUCXEcE6QIbDAAKCRDyMVUMT0
 fjjlnQAQDFHUs6TIcxrNTtEZFjUFm1M0PJ1Dng/cDW4xN80fsn0QEA22Kr7VkCjeAEC08VSTeV+
 QFsmz55/lntWkwYWhmvOgE=
Date: Tue, 22 Jan 2019 12:56:25 +0100
Message-ID: <abe640bb-018d-4f9d-b4d8-1636d6164e22@autocrypt.example>
MIME-Version: 1.0
Content-Type: text/plain

This is an example e-mail with Autocrypt header and Ed25519+Cv25519 key (key
fingerprint: ) as defined in Level 1 revision 1.1.)";
    const auto header = of_sender(split_fields(mail), coi::parse(mail).value().from);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->addr.addr_spec(), alice.addr_spec());
    EXPECT_TRUE(header->mutual);
    const auto info = openpgp::inspect(header->key, then);
    ASSERT_TRUE(info) << info.error().text;
    EXPECT_EQ(info->fingerprint, fingerprint);
    EXPECT_TRUE(info->can_encrypt && info->can_sign);
    EXPECT_EQ(parse(print(*header)), header);
}

TEST(AutocryptLevel1, ExampleAutocryptGossipHeaders) {
    const auto fields = split_fields(R"(Autocrypt-Gossip: addr=bob@autocrypt.example; keydata=
 mDMEXEcE6RYJKwYBBAHaRw8BAQdAPPy13Q7Y8w2VPRkksrijrn9o8u59ra1c2CJiHFpbM2G0FWJ
 vYkBhdXRvY3J5cHQuZXhhbXBsZYiWBBMWCAA+FiEE8FQeqC0xAKoa3zse4w5v3UWQH4IFAlxHBO
 kCGwMFCQPCZwAFCwkIBwIGFQoJCAsCBBYCAwECHgECF4AACgkQ4w5v3UWQH4IfwAEA3lujohz3N
 j9afUnaGUXN7YboIzQsmpgGkN8thyb/slIBAKwdJyg1SurKqHnxy3Wl/DBzOrR12/pN7nScn0+x
 4sgBuDgEXEcE6RIKKwYBBAGXVQEFAQEHQJSU7QErtJOYXsIagw2qwnVbt31ooVEx8Xcb476NCbF
 jAwEIB4h4BBgWCAAgFiEE8FQeqC0xAKoa3zse4w5v3UWQH4IFAlxHBOkCGwwACgkQ4w5v3UWQH4
 LlHQEAlwUBfUU8ORC0RAS/dzlZSEm7+ImY12Wv8QGUCx5zPbUA/3YH84ZOAQDbmV/C+R//0WVNb
 Gfav9X5KYmiratYR7oL
Autocrypt-Gossip: addr=carol@autocrypt.example; keydata=
 mDMEXEcE6RYJKwYBBAHaRw8BAQdAKiHXLyIgys0xGLa+vS+BLtUDydKd3A1E9DpSozOBdfa0F2N
 hcm9sQGF1dG9jcnlwdC5leGFtcGxliJYEExYIAD4WIQSt8CGd+u2e0+MFQA8EcmYYsmQnEgUCXE
 cE6QIbAwUJA8JnAAULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAKCRAEcmYYsmQnEnQFAQDZjvUBE
 80VZkocXiATJ9pU2pPg77ygrcJbiIuHExcmmgEArhI+IzZWmOFQH6QVGsLYQf981GMGDCoV8MyN
 hBHCqQ64OARcRwTpEgorBgEEAZdVAQUBAQdAHx6p0V/ki//8CqLOh0EWwqTKyFeHGY4b2c2YFV+
 jF3YDAQgHiHgEGBYIACAWIQSt8CGd+u2e0+MFQA8EcmYYsmQnEgUCXEcE6QIbDAAKCRAEcmYYsm
 QnEtI2AQDc+PCbtyj9BfNTtqxSD3JMTXlbHDDxuZ84+nXfEVuivQD9Hl5eunlZnm76voE9rgjPw
 6h3ReWkUrgbT7fX4YsHdws=
Content-Type: text/plain

Hi Bob and Carol,

I wanted to introduce the two of you to each other.

I hope you are both doing well!  You can now both "reply all" here,
and the thread will remain encrypted.

Regards,
Alice)");
    std::vector<Header> all;
    for (const auto& field : fields) {
        if (field.name == "autocrypt-gossip") all.push_back(parse(field.value).value());
    }
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(openpgp::inspect(all[0].key, then)->fingerprint, "F0541EA82D3100AA1ADF3B1EE30E6FDD45901F82");
    EXPECT_EQ(openpgp::inspect(all[1].key, then)->fingerprint, "ADF0219DFAED9ED3E305400F04726618B2642712");
    Message mail;
    mail.to = {{"Bob", "bob", "autocrypt.example"}, {"Carol", "carol", "autocrypt.example"}};
    EXPECT_EQ(of_recipients(all, mail), all);
    mail.to.pop_back();
    EXPECT_EQ(of_recipients(all, mail).size(), 1u);
}

constexpr const char* setup = R"(To: alice@autocrypt.example
From: alice@autocrypt.example
Autocrypt-Setup-Message: v1
Subject: Autocrypt Setup Message
Date: Tue, 22 Jan 2019 12:56:29 +0100
Content-type: multipart/mixed; boundary="Y6fyGi9SoGeH8WwRaEdC6bbBcYOedDzrQ"

--Y6fyGi9SoGeH8WwRaEdC6bbBcYOedDzrQ
Content-Type: text/plain

This message contains all information to transfer your Autocrypt
settings along with your secret key securely from your original
device.

To set up your new device for Autocrypt, please follow the
instuctions that should be presented by your new device.

You can keep this message and use it as a backup for your secret
key. If you want to do this, you should write down the Setup Code
and store it securely.
--Y6fyGi9SoGeH8WwRaEdC6bbBcYOedDzrQ
Content-Type: application/autocrypt-setup
Content-Disposition: attachment; filename="autocrypt-setup-message.html"

<html><body>
<p>
This is the Autocrypt setup file used to transfer settings and
keys between clients. You can decrypt it using the Setup Code
presented on your old device, and then import the contained key
into your keyring.
</p>

<pre>
-----BEGIN PGP MESSAGE-----
Passphrase-Format: numeric9x4
Passphrase-Begin: 17

jA0EBwMCFAxADoCdzeX/0ukBlqI5+pfpKb751qd/7nLNbkpy3gVcaf1QwRPZYt40
Ynp08UqRQ2g48ZlnzHLSwlTGOPTuv2Jt8ka+pgZ45xzvJSG2gau03xP4VsC271kR
VmCjdb0Y6Rk96mAwfGzrkbaRQ9Z7fIoL866GOv6h9neiVIkp+JYlTV6ISD0ZQJ4Q
I6dOQkB/TWZyVjtiJDOQHdfNWliA6NtqaLq19wlu9L5xXjuNpY95KwR8EJXWe0+o
Y3d2U/KxOAkXKghP2Qg1GtlPVeGC5T4p03TGI6pzKT+kHX6Rrm9wK6sM9aTquMmF
Vok84Jg1DFnwivWC2RILR81rXi7k/+Y6MUbveFgJ9cQduqpxnmD7TjOblYu7M6zp
YGAUxh8DRKlIMn2QsA++DBYQ6ACZvwuY8qTDLkqPDo4WqM313dsMJbyGjDdVE7EM
PESS+RlABETpZXz8g/ycr6DIUNdlbPcmYlsBfHWDOuR2GFFTwmlv5slWS39dJv38
E0eIe1CwdxI801Se7t7dUUS/ZF8wb6GlmxOcqGbF8eko1Z0S64IAm7/h13MRQCxI
geQnHfGYVJ2FOimoCMEKwfa9x++RFTDW0u7spDC2uWvK/1viV8OfRppFhLr/kmKb
18lWXuAz80DAjUDUsVqEq2MvJBJGoCJUEyjuRsLkHYRM5jYk4v50LyyR0Om73nWF
nZBqmqNzdr7Xb9PHHdFhnEc0VvoYbrcM0RVYcEMW3YbmejM891j1d6Iv+/n/qND/
NdebGrfWJMmFLf/iEkzTZ3/v5inW9LpWoRc94ioCjJTaEo8Rib6ARRFaJVIsmNXi
YicFGO98D+zX+a2t9Yz6IpPajVslnOp6ScpmXgts/2XWD7oE+JgxSAqo/dLVsHgP
Ufo=
=pulM
-----END PGP MESSAGE-----
</pre></body></html>
--Y6fyGi9SoGeH8WwRaEdC6bbBcYOedDzrQ--)";

TEST(AutocryptLevel1, ExampleSetupMessage) {
    const auto mail = coi::parse(setup, {}, {.keep_attachments = true}).value();
    ASSERT_TRUE(setup_message::is_setup_message(mail));
    const auto found = setup_message::read(mail, alice);
    ASSERT_TRUE(found) << found.error().text;
    EXPECT_EQ(found->begin, "17");
    const auto code = setup_message::setup_code(*found,
                                                "1742-0185-6197-\n"
                                                "1303-7016-8412-\n"
                                                "3581-4441-0597");
    const auto opened = setup_message::open(*found, code);
    ASSERT_TRUE(opened) << opened.error().text;
    EXPECT_TRUE(opened->mutual);
    EXPECT_TRUE(opened->key.bytes().ends_with("-----END PGP PRIVATE KEY BLOCK-----"));
    EXPECT_FALSE(openpgp::import_key(opened->key.bytes(), Secret())) << "it has expired since";
}

}  // namespace
}  // namespace coi::autocrypt
