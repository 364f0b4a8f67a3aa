// SPDX-License-Identifier: Apache-2.0
#include "mount/live_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <string>
#include <thread>

#include "store/file_system.h"
#include "store/store.h"
#include "unit/store/temporary_directory.h"

namespace penstock {
namespace {

class LiveStoreTest : public testing::Test {
 protected:
  LiveStoreTest() {
    EXPECT_TRUE(Store::init(posix_file_system(), directory_, {}));
    EXPECT_TRUE(live_.current());
  }

  Result<std::unique_ptr<Store>> open() {
    ++opened_;
    return Store::open(posix_file_system(), directory_, Access::read, {});
  }

  // Once it is not too soon.
  Result<std::shared_ptr<StoreGeneration>> replace() {
    for (;;) {
      auto anew = live_.replace(*live_.current());
      if (anew || anew.error().why.find("a moment ago") == std::string::npos) return anew;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  TemporaryDirectory place_;
  std::string directory_ = place_.path() + "/store";
  int opened_ = 0;
  LiveStore live_{[this] { return open(); }, 1};
};

TEST_F(LiveStoreTest, OpensAnewWhatChangedAlone) {
  EXPECT_EQ(opened_, 1);
  EXPECT_TRUE(replace());
  EXPECT_EQ(opened_, 2);
  for (int i = 0; i < 2; ++i) {
    const auto again = replace();
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().why, "nothing has changed in it");
    live_.was_worth_it();  // so that the next need not wait
  }
  EXPECT_EQ(opened_, 2);
  ASSERT_TRUE(posix_file_system().create(directory_ + "/segments/anything"));
  EXPECT_TRUE(replace());
  EXPECT_EQ(opened_, 3);
}

TEST_F(LiveStoreTest, WhatIsOfNoUseIsDoneLessOften) {
  EXPECT_TRUE(replace());
  ASSERT_TRUE(posix_file_system().create(directory_ + "/segments/anything"));
  const auto soon = live_.replace(*live_.current());
  ASSERT_FALSE(soon);
  EXPECT_EQ(soon.error().why, "it was opened anew a moment ago");
  EXPECT_EQ(opened_, 2);
}

}  // namespace
}  // namespace penstock
