"""The calibrated process: treatment and visits are planned ahead, and nothing feeds back.

It is kept to the month and to the draw as it was calibrated; effects are asked of the process in
`lncohort.simulate.feedback`, in which what is measured changes what is done.
"""
