// Whether libotr's own calls of its SMP steps reach the functions that limit their cost.

#include "xmpp/otr/interposition.h"

#include <gtest/gtest.h>

namespace xmpp::otr {
namespace {

TEST(OtrInterposition, TheSmpStepsOfThisLibotrAreBounded) { EXPECT_TRUE(is_smp_bounded()); }

TEST(OtrInterposition, WhatALibraryDoesNotLookUpIsSeen) {
    EXPECT_TRUE(is_looked_up("otrl_version", "gcry_mpi_powm")) << "a call into another library";
    EXPECT_FALSE(is_looked_up("otrl_version", "otrl_no_such_function"));
    EXPECT_FALSE(is_looked_up("otrl_version", "")) << "relocations without a symbol";
    EXPECT_FALSE(is_looked_up("no_such_symbol", "otrl_sm_step2a"));
}

}  // namespace
}  // namespace xmpp::otr
