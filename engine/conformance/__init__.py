"""What adapters say of themselves, and whether they keep the adapter interface: `meta adapters list`, `check`.

`acts` is what an agent is asked to do and `cases` what must come of it (both pure); `bench` runs real sessions in a
scratch repository; `drivers` lets a person's or a recording's session be played; `check` puts them in order.
"""
