from . import share_target
