"""Whoever has a login on a test server; the password is the login."""


def login(env, name, title, groups=("base.group_portal",), **values):
    """A user who can log in.

    :param str name: the login
    :param str title: the person's name
    :param groups: external identifiers; somebody outside by default
    """
    return env["res.users"].create(
        {
            "name": title,
            "login": name,
            "password": name,
            "lang": "en_US",
            "tz": "Europe/Rome",
            "group_ids": [(6, 0, [env.ref(group).id for group in groups])],
            **values,
        }
    )
