"""Whole experiments: a configuration in, a run folder with every number and figure out.

The only place with run configurations. Import the module you need: this one loads nothing, so that
`ecd2g verify` needs no figures and `ecd2g solve` no random tests.
"""
