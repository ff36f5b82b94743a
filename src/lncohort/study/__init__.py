"""The study file: its model, how it is loaded and how it is told in words."""

from lncohort.study.loader import load_study, studies, study_source
from lncohort.study.model import Study

__all__ = ["Study", "load_study", "studies", "study_source"]
