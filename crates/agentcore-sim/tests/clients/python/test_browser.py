"""Browsers and their profiles."""

import unittest

from support import ROLE, Case

NETWORK = {"networkMode": "PUBLIC"}


class Browsers(Case):
    def test_life(self):
        control = self.control
        created = control.create_browser(
            name="life",
            description="first",
            executionRoleArn=ROLE,
            networkConfiguration=NETWORK,
            recording={"enabled": True, "s3Location": {"bucket": "recordings", "prefix": "life/"}},
            browserSigning={"enabled": True},
            tags={"team": "a"},
        )
        self.status(created, 202)
        browser = created["browserId"]
        found = self.until(
            lambda found: found["status"] == "READY", lambda: control.get_browser(browserId=browser)
        )
        self.assertEqual((found["name"], found["description"]), ("life", "first"))
        self.assertEqual(found["recording"]["s3Location"]["bucket"], "recordings")
        self.assertEqual(control.list_tags_for_resource(resourceArn=found["browserArn"])["tags"], {"team": "a"})
        self.refused("ConflictException", 409, control.create_browser, name="life", networkConfiguration=NETWORK)
        self.status(control.delete_browser(browserId=browser), 202)
        self.gone(control.get_browser, browserId=browser)

    def test_pages(self):
        names = [f"page_{number}" for number in range(5)]
        for name in names:
            self.control.create_browser(name=name, networkConfiguration=NETWORK)
        own = self.all(self.control, "list_browsers", "browserSummaries", type="CUSTOM")
        self.assertEqual(sorted(item["name"] for item in own if item["name"] in names), names)
        system = self.all(self.control, "list_browsers", "browserSummaries", type="SYSTEM")
        self.assertEqual([item["browserId"] for item in system], ["aws.browser.v1"])


class Profiles(Case):
    def test_life(self):
        control = self.control
        created = control.create_browser_profile(name="profile", description="first", tags={"team": "a"})
        self.status(created, 200)
        profile = created["profileId"]
        found = control.get_browser_profile(profileId=profile)
        self.assertEqual((found["name"], found["status"]), ("profile", "READY"))
        listed = self.all(control, "list_browser_profiles", "profileSummaries", name="profile")
        self.assertEqual([item["profileId"] for item in listed], [profile])
        self.refused("ConflictException", 409, control.create_browser_profile, name="profile")
        self.status(control.delete_browser_profile(profileId=profile), 200)
        self.gone(control.get_browser_profile, profileId=profile)


if __name__ == "__main__":
    unittest.main()
