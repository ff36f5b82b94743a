"""The study file: its model, how it is loaded and how it is told in words."""

from lncohort.study.loader import dump_study, load_study, studies, study_source
from lncohort.study.model import Study

__all__ = ["Study", "dump_study", "load_study", "studies", "study_source"]
