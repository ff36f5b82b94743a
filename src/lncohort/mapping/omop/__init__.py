"""Tables of the OMOP common data model as a mapping file: known by their names, little to guess."""

from lncohort.mapping.omop.find import omop_tables, omop_unread
from lncohort.mapping.omop.look import written
from lncohort.mapping.omop.write import omop_source

__all__ = ["omop_source", "omop_tables", "omop_unread", "written"]
